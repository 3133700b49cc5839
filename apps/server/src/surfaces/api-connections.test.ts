import { beforeAll, afterAll, describe, expect, it, vi } from 'vitest';

import { receiver } from '../integrations/testing/receiver.ts';
import { newId } from '../platform/ids.ts';
import { apiApp } from '../testing/api-app.ts';
import type { ApiApp, TestAnswer } from '../testing/api-app.ts';

let server: ApiApp;
beforeAll(async () => {
  server = await apiApp();
});
afterAll(async () => await server[Symbol.asyncDispose]());

const ask = async (method: string, path: string, body?: unknown): Promise<TestAnswer> =>
  await server.ask(method, path, body);
const make = async (name: string, settings: object): Promise<Shown> => {
  const answer = await ask('POST', '/api/connections', { name, settings });
  if (answer.status !== 200) throw new Error(answer.text);
  return (answer.json as { connection: Shown }).connection;
};

interface Shown {
  readonly id: string;
  readonly name: string;
  readonly settings: object;
  readonly health: object;
}

const POLICY = {
  connectTimeoutSeconds: 5,
  followRedirects: 0,
  maxRequestBytes: 1_048_576,
  maxResponseBytes: 65_536,
};

describe('the connections of a workspace', () => {
  it('are made, shown without their secret, and changed with it kept', async () => {
    const made = await make('Issuer', { authentication: 'token', token: 'the-token-0123' });
    expect(made).toMatchObject({
      name: 'Issuer',
      settings: {
        authentication: 'token',
        headerName: 'Authorization',
        prefix: 'Bearer ',
        policy: POLICY,
      },
      health: { breaker: 'closed', calls: 0, failures: 0 },
    });
    const path = `/api/connections/${made.id}`;
    // What was got can be put.
    const same = await ask('PUT', path, { name: 'Issuer', settings: made.settings });
    expect(same).toMatchObject({ status: 200, json: { connection: { settings: made.settings } } });
    const renamed = await ask('PUT', path, {
      name: 'The issuer',
      settings: { authentication: 'token', prefix: 'Token token=', policy: { pacing: 'accredible' } },
    });
    expect(renamed).toMatchObject({
      status: 200,
      json: {
        connection: {
          name: 'The issuer',
          settings: { prefix: 'Token token=', policy: { ...POLICY, pacing: 'accredible' } },
        },
      },
    });
    expect((await ask('GET', path)).json).toMatchObject({ connection: { name: 'The issuer' }, usedBy: [] });
    expect((await ask('GET', '/api/connections')).json).toMatchObject({
      connections: expect.arrayContaining([expect.objectContaining({ id: made.id })]),
    });
    await using target = await receiver((_request, response) => response.end());
    await ask('POST', `${path}/test`, { url: target.origin });
    expect(target.requests[0]!.headers.authorization).toBe('Token token=the-token-0123');
  });

  it.each([
    [{ authentication: 'token' }, 'settings.token'],
    [{ authentication: 'basic', login: 'ada' }, 'settings.password'],
    [{ authentication: 'api-key' }, 'settings.key'],
    [
      { authentication: 'oauth2', tokenUrl: 'https://example.org/token', clientId: 'c' },
      'settings.clientSecret',
    ],
    [{ authentication: 'signature' }, 'settings.secret'],
  ])('need their secret when they are made: %j', async (settings, field) => {
    expect(await ask('POST', '/api/connections', { name: 'Without', settings })).toMatchObject({
      status: 422,
      json: { code: 'secret-missing', errors: [{ field }] },
    });
  });

  it.each([
    [{ authentication: 'none', token: 'x' }, 'settings.token'],
    [{ authentication: 'token', token: 'two\nlines' }, 'settings.token'],
    [{ authentication: 'token', token: 't', headerName: 'Host' }, 'settings.headerName'],
    [{ authentication: 'token', token: 't', headerName: 'a b' }, 'settings.headerName'],
    [{ authentication: 'basic', login: 'a:b', password: 'p' }, 'settings.login'],
    [{ authentication: 'api-key', key: 'k', place: 'body' }, 'settings.place'],
    [
      { authentication: 'oauth2', tokenUrl: 'ftp://example.org', clientId: 'c', clientSecret: 's' },
      'settings.tokenUrl',
    ],
    [
      { authentication: 'oauth2', tokenUrl: 'https://a:b@example.org', clientId: 'c', clientSecret: 's' },
      'settings.tokenUrl',
    ],
    [{ authentication: 'signature', secret: 'whsec_short' }, 'settings.secret'],
    [{ authentication: 'none', hosts: ['https://example.org'] }, 'settings.hosts[0]'],
    [{ authentication: 'none', policy: { timeoutSeconds: 121 } }, 'settings.policy.timeoutSeconds'],
    [
      { authentication: 'none', policy: { pacing: { limit: 0, windowSeconds: 1 } } },
      'settings.policy.pacing.limit',
    ],
    [{ authentication: 'kerberos' }, 'settings.authentication'],
  ])('are refused with the field named: %j', async (settings, field) => {
    const answer = await ask('POST', '/api/connections', { name: 'Wrong', settings });
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid-request' } });
    const { errors } = answer.json as { errors: { field: string }[] };
    expect(errors.map((error) => error.field)).toContain(field);
  });

  it('have names of their own', async () => {
    await make('Taken', { authentication: 'none' });
    const other = await make('Other', { authentication: 'none' });
    const settings = { authentication: 'none' };
    expect(await ask('POST', '/api/connections', { name: 'Taken', settings })).toMatchObject({
      status: 409,
      json: { code: 'name-taken' },
    });
    expect(await ask('PUT', `/api/connections/${other.id}`, { name: 'Taken', settings })).toMatchObject({
      status: 409,
    });
    const twice = await Promise.all(
      [1, 2, 3].map(async () => await ask('POST', '/api/connections', { name: 'At once', settings })),
    );
    expect(twice.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([
      200, 409, 409,
    ]);
  });

  it('do not give their secret to a host that they were not for', async () => {
    const settings = { authentication: 'token', hosts: ['api.example.org'] };
    const made = await make('Bound', { ...settings, token: 'the-token-0123' });
    const path = `/api/connections/${made.id}`;
    const wider = { name: 'Bound', settings: { ...settings, hosts: ['*.evil.example.net'] } };
    expect(await ask('PUT', path, wider)).toMatchObject({
      status: 422,
      json: { code: 'secret-missing', errors: [{ field: 'settings.token' }] },
    });
    expect((await ask('GET', path)).json).toMatchObject({ connection: { settings } });
  });

  it('are deleted, unless a workflow uses them', async () => {
    const made = await make('Used', { authentication: 'none' });
    const workflow = await ask('POST', '/api/workflows', {
      name: 'Uses it',
      definition: {
        format: '2026-11-24',
        nodes: [
          {
            id: 'start',
            type: 'profile-event',
            title: 'Start',
            settings: { event: 'passed' },
            outputs: { next: 'send' },
          },
          {
            id: 'send',
            type: 'outgoing-integration',
            title: 'Send',
            settings: {
              connection: made.id,
              webhookName: 'Hook',
              webhookEvent: { name: 'hook.answered' },
              url: 'https://example.org',
            },
            outputs: { next: 'end' },
          },
          { id: 'end', type: 'end', title: 'End' },
        ],
      },
    });
    expect(workflow.status).toBe(200);
    const path = `/api/connections/${made.id}`;
    expect(await ask('DELETE', path)).toMatchObject({
      status: 409,
      json: { code: 'connection-in-use', title: expect.stringContaining('"Uses it"') },
    });
    expect((await ask('GET', path)).json).toMatchObject({ usedBy: [{ name: 'Uses it' }] });
    const free = await make('Free', { authentication: 'none' });
    expect(await ask('DELETE', `/api/connections/${free.id}`)).toMatchObject({
      status: 200,
      json: { id: free.id },
    });
    for (const [method, rest, body] of [
      ['GET', ''],
      ['DELETE', ''],
      ['PUT', '', { name: 'Free', settings: { authentication: 'none' } }],
      ['POST', '/test', { url: 'https://example.org' }],
    ] as const)
      expect(await ask(method, `/api/connections/${free.id}${rest}`, body)).toMatchObject({
        status: 404,
        json: { code: 'connection-not-found' },
      });
  });

  it('are those of the workspace only', async () => {
    const other = newId();
    await server.database.db
      .insertInto('workspace')
      .values({ id: other, guid: newId(), name: 'Other' })
      .execute();
    const made = await make('Mine', { authentication: 'token', token: 'the-token-0123' });
    await server.database.db
      .updateTable('connection')
      .set({ workspace_id: other })
      .where('id', '=', made.id)
      .execute();
    expect((await ask('GET', `/api/connections/${made.id}`)).status).toBe(404);
    expect((await ask('DELETE', `/api/connections/${made.id}`)).status).toBe(404);
    expect(
      (await ask('POST', `/api/connections/${made.id}/test`, { url: 'http://127.0.0.1:9' })).status,
    ).toBe(404);
  });
});

describe('the test of a connection', () => {
  it('tells status and timings', async () => {
    await using target = await receiver((_request, response) => response.writeHead(204).end());
    const { id } = await make('Tested', { authentication: 'none' });
    const answer = await ask('POST', `/api/connections/${id}/test`, { url: `${target.origin}/ping` });
    expect(answer).toMatchObject({
      status: 200,
      json: { outcome: 'answered', status: 204, timings: { totalMs: expect.any(Number) } },
    });
    expect(target.requests[0]).toMatchObject({ method: 'GET', url: '/ping', body: '' });
    await ask('POST', `/api/connections/${id}/test`, { url: target.origin, method: 'HEAD' });
    expect(target.requests[1]!.method).toBe('HEAD');
    // It is harmless: not even the body of another method.
    expect(
      await ask('POST', `/api/connections/${id}/test`, { url: target.origin, method: 'DELETE' }),
    ).toMatchObject({ status: 400 });
  });

  it.each([
    ['http://127.0.0.1:9/', 'not-sent', 'ECONNREFUSED'],
    ['http://169.254.169.254/', 'refused', 'cloud metadata'],
  ])('of %s is %s, with the reason', async (url, outcome, reason) => {
    const { id } = await make(`Tested at ${url}`, { authentication: 'none' });
    expect(await ask('POST', `/api/connections/${id}/test`, { url })).toMatchObject({
      status: 200,
      json: { outcome, reason: expect.stringContaining(reason) },
    });
  });
});

describe('the health of a connection', () => {
  it('is shown after requests of a workflow', async () => {
    await using target = await receiver((_request, response) => response.writeHead(500).end());
    const { id } = await make('Watched', { authentication: 'none' });
    const opened = await server.app.platform.db
      .selectFrom('connection')
      .select('workspace_id')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    expect(opened.workspace_id).toBe(server.app.boot.workspaceId);
    const workflow = await ask('POST', '/api/apply', {
      documents: [
        {
          kind: 'Workflow',
          metadata: { name: 'Fails' },
          spec: {
            definition: {
              format: '2026-11-24',
              nodes: [
                {
                  id: 'start',
                  type: 'profile-event',
                  title: 'Start',
                  settings: { event: 'test.passed' },
                  outputs: { next: 'send' },
                },
                {
                  id: 'send',
                  type: 'outgoing-integration',
                  title: 'Send',
                  settings: {
                    connection: 'Watched',
                    webhookName: 'Hook',
                    webhookEvent: { name: 'hook.answered' },
                    url: target.origin,
                  },
                  outputs: { next: 'end' },
                },
                { id: 'end', type: 'end', title: 'End' },
              ],
            },
          },
        },
      ],
    });
    expect(workflow.status).toBe(200);
    const event = { label: 'x', action: 'test.passed', client: { email: 'ada@example.org' }, params: {} };
    expect((await ask('POST', '/v4/events/custom', event)).status).toBe(202);
    await vi.waitFor(async () => {
      expect((await ask('GET', `/api/connections/${id}`)).json).toMatchObject({
        connection: {
          health: {
            breaker: 'closed',
            calls: 1,
            failures: 1,
            lastFailure: 'answered 500',
            lastFailureAt: expect.any(String),
          },
        },
      });
    }, 10_000);
  });
});
