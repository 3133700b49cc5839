import { sql } from 'kysely';
import { describe, expect, it, vi } from 'vitest';

import { rawReceiver, receiver } from '../integrations/testing/receiver.ts';
import { apiApp } from '../testing/api-app.ts';
import type { ApiApp } from '../testing/api-app.ts';

/** Secrets that are found wherever they come out, by a text that is nowhere else. */
const CANARY = 'cAn4ry';
const SIGNING = `whsec_${Buffer.from(`${CANARY}-signing-secret-of-32-bytes`).toString('base64')}`;
const SECRETS = {
  basic: `${CANARY}-pass "wörd" 1`,
  token: `${CANARY}-token-2`,
  key: `${CANARY}-key/3+x`,
  query: `${CANARY}-query/4 x`,
  client: `${CANARY}-client+secret/5`,
  access: `${CANARY}-access-token-6`,
};

/** What a secret looks like in the places where it is used or repeated. */
function formsOf(secret: string): string[] {
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    new URLSearchParams({ x: secret }).toString().slice(2),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    Buffer.from(`ada:${secret}`).toString('base64').replace(/=+$/, ''),
    Buffer.from(secret).toString('hex'),
  ];
}

const FORBIDDEN = [
  CANARY,
  SIGNING,
  SIGNING.slice('whsec_'.length),
  ...Object.values(SECRETS).flatMap(formsOf),
];

function leaksIn(text: string): string[] {
  return FORBIDDEN.filter((form) => text.includes(form));
}

/** Every row of every table, the jobs' too, as text. */
async function wholeDatabase({ database: { db } }: ApiApp): Promise<string> {
  const { rows: tables } = await sql<{ schema: string; name: string }>`
    select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')`.execute(db);
  const texts = await Promise.all(
    tables.map(async ({ schema, name }) => {
      const { rows } = await sql<{ row: string }>`
        select t::text as row from ${sql.table(`${schema}.${name}`)} t`.execute(db);
      return rows.map(({ row }) => row).join('\n');
    }),
  );
  return texts.join('\n');
}

const node = (connection: string, url: string, index: number) => ({
  id: `send-${index}`,
  type: 'outgoing-integration',
  title: `Send ${index}`,
  settings: {
    connection,
    webhookName: 'Hook',
    webhookEvent: { name: 'hook.answered' },
    url,
    body: '{"name":"{{ event.params.name }}"}',
    retry: { scheduleSeconds: [] },
  },
});

describe('a secret', () => {
  it('comes out nowhere: not in an answer, not in a log line, not in a row', async () => {
    await using echo = await receiver((request, response) => {
      // A receiver that repeats all that it got, where answers are kept.
      response.writeHead(request.url.includes('fail') ? 500 : 200, {
        'x-request-id': String(request.headers.authorization ?? request.headers['x-api-key']),
        'retry-after': request.url,
      });
      response.end(JSON.stringify({ ...request, url: request.url }));
    });
    await using tokens = await receiver((request, response) => {
      const refused = request.url.includes('refuse');
      response.writeHead(refused ? 400 : 200, { 'content-type': 'application/json' });
      response.end(
        refused
          ? JSON.stringify({ error: SECRETS.client, error_description: request.headers.authorization })
          : JSON.stringify({ access_token: SECRETS.access, token_type: 'bearer' }),
      );
    });
    await using broken = await rawReceiver((socket, head) => socket.end(head));
    await using server = await apiApp();
    const oauth2 = { authentication: 'oauth2', clientId: 'ada', clientSecret: SECRETS.client };
    const specs: Record<string, object> = {
      basic: { authentication: 'basic', login: 'ada', password: SECRETS.basic },
      token: { authentication: 'token', token: SECRETS.token },
      key: { authentication: 'api-key', key: SECRETS.key },
      query: { authentication: 'api-key', place: 'query', name: 'k', key: SECRETS.query },
      oauth2: { ...oauth2, tokenUrl: `${tokens.origin}/give` },
      refused: { ...oauth2, tokenUrl: `${tokens.origin}/refuse`, clientAuthentication: 'body' },
      signature: { authentication: 'signature', secret: SIGNING },
    };

    for (const [name, settings] of Object.entries(specs)) {
      const made = await server.ask('POST', '/api/connections', { name, settings });
      expect(made.status).toBe(200);
      const { id } = (made.json as { connection: { id: string } }).connection;
      await server.ask('PUT', `/api/connections/${id}`, { name: `${name} two`, settings });
      await server.ask('PUT', `/api/connections/${id}`, { name, settings });
      // Refused with everything in it.
      await server.ask('PUT', `/api/connections/${id}`, { name, settings: { ...settings, unknown: 1 } });
      await server.ask('POST', '/api/connections', { name, settings });
      await server.ask('POST', '/api/connections', { name: `${name}\n`, settings: [settings] });
      for (const url of [
        echo.origin,
        `${echo.origin}/fail`,
        broken.origin,
        'http://127.0.0.1:9/',
        'http://10.0.0.1/',
      ])
        await server.ask('POST', `/api/connections/${id}/test`, { url });
    }
    const twoLines = { authentication: 'token', token: `${SECRETS.token}\n${SECRETS.token}` };
    await server.ask('POST', '/api/connections', { name: 'Wrong', settings: twoLines });
    await server.ask('POST', '/api/apply', {
      documents: Object.entries(specs).map(([name, spec]) => ({
        kind: 'Connection',
        metadata: { name },
        spec,
      })),
    });
    await server.ask('POST', '/api/apply', {
      documents: [{ kind: 'Connection', metadata: { name: 'Wrong' }, spec: twoLines }],
    });

    const urls = Object.keys(specs).flatMap((name) =>
      [`${echo.origin}/hook`, `${echo.origin}/fail`, broken.origin, 'http://127.0.0.1:9/'].map(
        (url) => [name, url] as const,
      ),
    );
    const sends = urls.map(([name, url], index) => node(name, url, index));
    const applied = await server.ask('POST', '/api/apply', {
      documents: sends.map((send, index) => ({
        kind: 'Workflow',
        metadata: { name: `Send ${index}` },
        spec: {
          definition: {
            format: '2026-11-24',
            nodes: [
              {
                id: 'start',
                type: 'profile-event',
                title: 'Start',
                settings: { event: 'test.passed' },
                outputs: { next: send.id },
              },
              { ...send, outputs: { next: 'end' } },
              { id: 'end', type: 'end', title: 'End' },
            ],
          },
        },
      })),
    });
    expect(applied.status).toBe(200);
    // Enough of them that breakers open, which is logged with the last failure.
    for (let index = 0; index < 12; index++) {
      const client = { email: `ada${index}@example.org` };
      const event = { label: 'x', action: 'test.passed', client, params: { name: 'Ada' } };
      expect((await server.ask('POST', '/v4/events/custom', event)).status).toBe(202);
    }
    await vi.waitFor(async () => {
      // What a breaker holds back stays so for half a minute.
      const left = await server.database.db
        .selectFrom('run_step')
        .select('state')
        .where('left_at', 'is', null)
        .where('state', '<>', 'paced')
        .execute();
      expect(left).toEqual([]);
    }, 25_000);

    for (const path of [
      '/api/connections',
      '/api/workflows',
      '/api/event-definitions',
      '/api/openapi.json',
      '/metrics',
    ])
      await server.ask('GET', path);
    const { rows: runs } = await sql<{ id: string }>`select id from run`.execute(server.database.db);
    for (const { id } of runs) await server.ask('GET', `/api/runs/${id}`);
    const { connections } = (await server.ask('GET', '/api/connections')).json as {
      connections: { id: string }[];
    };
    for (const { id } of connections) await server.ask('GET', `/api/connections/${id}`);

    // A secret that was moved cannot be read, which is logged with the error.
    await server.database.db
      .updateTable('connection')
      .set((eb) => ({
        revision: eb('revision', '+', 1),
        sealed: eb.selectFrom('connection as c').select('c.sealed').where('c.name', '=', 'token'),
      }))
      .where('name', '=', 'basic')
      .execute();
    for (const { id } of connections)
      await server.ask('POST', `/api/connections/${id}/test`, { url: echo.origin });

    // They were used, all of them, and repeated to us.
    const sent = JSON.stringify([...echo.requests, ...tokens.requests]);
    expect(FORBIDDEN.filter((form) => sent.includes(form)).length).toBeGreaterThan(8);
    expect(runs).toHaveLength(urls.length * 12);
    const database = await wholeDatabase(server);
    expect(database).toContain('[secret]');
    expect(database.length).toBeGreaterThan(20_000);
    expect(server.log()).toContain('a connection fails');
    expect(server.log()).toContain('cannot be read');

    expect(server.answers.flatMap(({ text }) => leaksIn(text).map((leak) => `${leak} in ${text}`))).toEqual(
      [],
    );
    expect(leaksIn(server.log())).toEqual([]);
    expect(leaksIn(database)).toEqual([]);
  });
});
