import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { newId } from '../platform/ids.ts';
import { testApp } from '../testing/test-app.ts';
import type { TestApp } from '../testing/test-app.ts';
import { consoleClient, PASSWORD } from './testing/console-client.ts';
import type { ConsoleClient, Sent } from './testing/console-client.ts';

const API_KEY = 'api-key-of-the-test';
const NODES = [
  { id: 'a', type: 'profile-event', title: 'A', settings: { event: 'a.b' }, outputs: { next: 'b' } },
  { id: 'b', type: 'end', title: 'B' },
];
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Each test has an address of its own, so that the failures of one do not count for the next. */
let addresses = 0;
const newAddress = () => ({ 'x-forwarded-for': `198.51.100.${++addresses}` });

describe('a session', () => {
  let app: TestApp;
  let client: ConsoleClient;
  beforeAll(async () => {
    app = await testApp({ LAUREL_ADMIN_PASSWORD: PASSWORD, LAUREL_API_KEY: API_KEY });
    client = consoleClient(app);
  });
  afterAll(async () => await app[Symbol.asyncDispose]());

  it('is opened by the password, and says who it is of', async () => {
    const opened = await client.logIn();
    expect(opened).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(opened.json).toEqual({
      kind: 'session',
      user: { name: 'admin' },
      workspace: { guid: app.app.boot.workspaceGuid, name: 'Laurel', timeZone: 'UTC' },
      expiresAt: '2026-12-01T12:00:00.000Z',
    });
    const seen = await client.whoAmI(opened.session);
    expect(seen).toMatchObject({ status: 200, json: opened.json, headers: { 'cache-control': 'no-store' } });
  });

  it('has a cookie that scripts do not see and other sites do not send', async () => {
    const { cookie } = await client.logIn();
    expect(cookie).toMatch(/^laurel_session=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/);
  });

  it('is kept as a digest only', async () => {
    const { session } = await client.logIn();
    const token = session.split('=')[1] ?? '';
    const { rows } = await app.database.pool.query<{ text: string }>(
      'select s::text as text from user_session s',
    );
    expect(rows.length).toBeGreaterThan(0);
    const stored = rows.map(({ text }) => text).join('\n');
    expect(stored).not.toContain(token);
    expect(stored).not.toContain(Buffer.from(token).toString('hex'));
    expect(stored).not.toContain(Buffer.from(token, 'base64url').toString('hex'));
  });

  it('is not opened by another password, nor for another user, and both look alike', async () => {
    const address = newAddress();
    const wrong = await client.logIn(address, { password: `${PASSWORD}.` });
    const nobody = await client.logIn(address, { user: 'nobody' });
    expect(wrong).toMatchObject({ status: 401, cookie: undefined, json: { code: 'login-refused' } });
    expect(nobody.json).toEqual(wrong.json);
    expect(nobody.cookie).toBeUndefined();
  });

  it('takes as long to refuse a user that there is not', async () => {
    const fastest = async (user: string): Promise<number> => {
      const times: number[] = [];
      for (let n = 0; n < 5; n++) {
        const began = performance.now();
        await client.logIn(newAddress(), { user, password: 'a wrong password' });
        times.push(performance.now() - began);
      }
      return Math.min(...times);
    };
    const [known, unknown] = [await fastest('admin'), await fastest('nobody')];
    // Without the check against a hash of nobody it is a twentieth.
    expect(unknown).toBeGreaterThan(known / 2);
    expect(known).toBeGreaterThan(unknown / 2);
  });

  it('is opened whatever way the keyboard composes its characters', async () => {
    const other = await testApp({ LAUREL_ADMIN_PASSWORD: 'caf\u00E9 au lait, s\u2019il vous pla\u00EEt' });
    await using _ = other;
    const composed = await consoleClient(other).logIn(
      {},
      { password: 'cafe\u0301 au lait, s\u2019il vous plai\u0302t' },
    );
    expect(composed.status).toBe(200);
  });

  it.for([
    ['no password', { user: 'admin' }, 'password'],
    ['an empty password', { user: 'admin', password: '' }, 'password'],
    ['a password of a million characters', { user: 'admin', password: 'x'.repeat(900_000) }, 'password'],
    ['a user name that no database holds', { user: 'a\u0000', password: PASSWORD }, 'user'],
    ['a user that is no text', { user: ['admin'], password: PASSWORD }, 'user'],
    ['more than it takes', { user: 'admin', password: PASSWORD, admin: true }, 'admin'],
  ] as const)('is refused with the field named: %s', async ([, body, field]) => {
    const refused = await client.send('POST', '/api/session', newAddress(), body);
    expect(refused).toMatchObject({
      status: 400,
      cookie: undefined,
      json: { code: 'invalid-request', errors: [expect.objectContaining({ field })] },
    });
  });

  it('takes the place of the one that the browser had', async () => {
    const first = await client.logIn();
    const second = await client.logIn({ cookie: first.session });
    expect(second.session).not.toBe(first.session);
    expect(await client.whoAmI(first.session)).toMatchObject({ status: 401 });
    expect(await client.whoAmI(second.session)).toMatchObject({ status: 200 });
  });

  it('ends with the log-out, and leaves the others open', async () => {
    const [here, elsewhere] = [await client.logIn(), await client.logIn()];
    const out = await client.send('DELETE', '/api/session', { cookie: here.session, ...client.own });
    expect(out).toMatchObject({ status: 200, json: {} });
    expect(out.cookie).toBe('laurel_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax');
    expect(await client.whoAmI(here.session)).toMatchObject({
      status: 401,
      json: { code: 'unauthenticated' },
    });
    expect(await client.whoAmI(elsewhere.session)).toMatchObject({ status: 200 });
  });

  it('is not made by a token that nobody handed out', async () => {
    for (const cookie of [
      `laurel_session=${'A'.repeat(43)}`,
      'laurel_session=',
      'laurel_session=1; a=b',
      'x=y',
    ]) {
      expect(await client.whoAmI(cookie)).toMatchObject({ status: 401 });
    }
  });

  it('counts for nothing beside an Authorization header that does not hold', async () => {
    const { session } = await client.logIn();
    for (const authorization of [
      'Bearer x',
      `Basic ${btoa(`${app.app.boot.workspaceGuid}:${API_KEY}`)}`,
      '',
    ]) {
      const asked = await client.send('GET', '/api/session', { cookie: session, authorization });
      expect(asked).toMatchObject({ status: 401 });
    }
  });

  it('and a log-out are not for API keys, which say who they are', async () => {
    const authorization = `Bearer ${API_KEY}`;
    const seen = await client.send('GET', '/api/session', { authorization });
    expect(seen).toMatchObject({ status: 200, json: { kind: 'api-key' } });
    expect(seen.json).not.toHaveProperty('user');
    const out = await client.send('DELETE', '/api/session', { authorization });
    expect(out).toMatchObject({ status: 409, json: { code: 'no-session' } });
  });

  it('is described as the other way in', async () => {
    const { json } = await client.send('GET', '/api/openapi.json');
    expect(json.security).toEqual([{ bearer: [] }, { session: [] }]);
    expect(json.components.securitySchemes.session).toMatchObject({ in: 'cookie', name: 'laurel_session' });
    expect(json.paths['/api/session'].post.security).toEqual([]);
    expect(json.paths['/api/session'].get).not.toHaveProperty('security');
  });
});

describe('a session of another site', () => {
  let app: TestApp;
  let client: ConsoleClient;
  let cookie: string;
  beforeAll(async () => {
    app = await testApp({ LAUREL_ADMIN_PASSWORD: PASSWORD, LAUREL_API_KEY: API_KEY });
    client = consoleClient(app);
    cookie = (await client.logIn()).session;
  });
  afterAll(async () => await app[Symbol.asyncDispose]());

  const apply = async (headers: Record<string, string>): Promise<Sent> =>
    await client.send('POST', '/api/apply', headers, {
      documents: [{ kind: 'EventDefinition', metadata: { name: 'a.b' }, spec: {} }],
    });

  it.for<[string, (own: string) => Record<string, string>]>([
    ['no origin', () => ({})],
    ['an origin elsewhere', () => ({ origin: 'https://evil.example' })],
    ['a hidden origin', () => ({ origin: 'null' })],
    ['another port of this machine', () => ({ origin: 'http://127.0.0.1:1' })],
    ['a cross-site request', () => ({ 'sec-fetch-site': 'cross-site' })],
    ['a same-site request', () => ({ 'sec-fetch-site': 'same-site' })],
    ['an origin that only begins alike', (origin: string) => ({ origin: `${origin}.evil.example` })],
    [
      'our origin, where the browser says otherwise',
      (origin: string) => ({ origin, 'sec-fetch-site': 'cross-site' }),
    ],
  ])('may change nothing: %s', async ([, headers]) => {
    const given = headers(app.app.origin);
    expect(await apply({ cookie, ...given })).toMatchObject({
      status: 403,
      json: { code: 'foreign-origin' },
    });
    const out = await client.send('DELETE', '/api/session', { cookie, ...given });
    expect(out).toMatchObject({ status: 403, cookie: undefined });
    const defined = await client.send('GET', '/api/event-definitions', { cookie });
    expect(defined).toMatchObject({ status: 200, json: { eventDefinitions: [] } });
  });

  it('may not log anybody in', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      expect(await client.logIn(headers)).toMatchObject({ status: 403, cookie: undefined });
    }
    // A form of another site needs no permission of the browser to send this.
    const form = await request(`${app.app.origin}/api/session`, {
      method: 'POST',
      headers: { origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ user: 'admin', password: PASSWORD }).toString(),
    });
    expect(form.statusCode).toBe(403);
    expect(form.headers['set-cookie']).toBeUndefined();
    await form.body.dump();
  });

  it('is no other site where the page is ours; an API key needs no page', async () => {
    expect(await apply({ cookie, 'sec-fetch-site': 'same-origin' })).toMatchObject({ status: 200 });
    expect(await apply({ cookie, ...client.own })).toMatchObject({ status: 200 });
    expect(await apply({ authorization: `Bearer ${API_KEY}` })).toMatchObject({ status: 200 });
    const foreign = { authorization: `Bearer ${API_KEY}`, origin: 'https://evil.example' };
    expect(await apply(foreign)).toMatchObject({ status: 200 });
  });
});

describe('a session of a server with a public URL', () => {
  it('has a cookie for https only, and is used from there only', async () => {
    await using app = await testApp({
      LAUREL_ADMIN_PASSWORD: PASSWORD,
      LAUREL_PUBLIC_URL: 'https://laurel.example.org/',
    });
    const client = consoleClient(app);
    const { cookie, session } = await client.logIn({ origin: 'https://laurel.example.org' });
    expect(cookie).toMatch(/; HttpOnly; SameSite=Lax; Secure$/);
    const from = async (origin: string): Promise<number> =>
      (await client.send('DELETE', '/api/session', { cookie: session, origin })).status;
    expect(await from(app.app.origin)).toBe(403);
    expect(await from('http://laurel.example.org')).toBe(403);
    expect(await from('https://laurel.example.org')).toBe(200);
  });
});

describe('the life of a session', () => {
  it('ends after 12 hours without a request, and after 7 days in any case', async () => {
    await using app = await testApp({ LAUREL_ADMIN_PASSWORD: PASSWORD });
    const client = consoleClient(app);
    const { session: idle } = await client.logIn();
    const { session: used } = await client.logIn();
    app.clock.advance(12 * HOUR - MINUTE);
    expect(await client.whoAmI(used)).toMatchObject({ status: 200 });
    app.clock.advance(MINUTE);
    expect(await client.whoAmI(idle)).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
    for (let hour = 12; hour < 7 * 24 - 1; hour++) {
      app.clock.advance(HOUR);
      expect(await client.whoAmI(used)).toMatchObject({ status: 200 });
    }
    app.clock.advance(HOUR);
    expect(await client.whoAmI(used)).toMatchObject({ status: 401 });
    await client.logIn();
    const { rowCount } = await app.database.pool.query('select 1 from user_session');
    expect(rowCount).toBe(1);
  });
});

describe('a session of one workspace', () => {
  it('reaches nothing of another', async () => {
    await using app = await testApp({ LAUREL_ADMIN_PASSWORD: PASSWORD });
    const client = consoleClient(app);
    const { pool } = app.database;
    const other = newId();
    await pool.query("insert into workspace (id, guid, name) values ($1, $2, 'Other')", [other, newId()]);
    await pool.query(
      `insert into workspace_user (id, workspace_id, name, password_hash)
       select $1, $2, 'other', password_hash from workspace_user`,
      [newId(), other],
    );
    const [ours, theirs] = [
      (await client.logIn()).session,
      (await client.logIn({}, { user: 'other' })).session,
    ];
    const saved = await client.send(
      'POST',
      '/api/workflows',
      { cookie: theirs, ...client.own },
      { name: 'Theirs', definition: { format: '2026-11-24', nodes: NODES } },
    );
    expect(saved.status).toBe(200);
    const seenBy = async (cookie: string) => {
      const { json: identity } = await client.whoAmI(cookie);
      const list = await client.send('GET', '/api/workflows', { cookie });
      const one = await client.send('GET', `/api/workflows/${saved.json.workflow.id}`, { cookie });
      return { workspace: identity.workspace.name, workflows: list.json.workflows.length, one: one.status };
    };
    expect(await seenBy(ours)).toEqual({ workspace: 'Laurel', workflows: 0, one: 404 });
    expect(await seenBy(theirs)).toEqual({ workspace: 'Other', workflows: 1, one: 200 });
  });
});
