import { describe, expect, it } from 'vitest';

import { ApiKeys, Authenticator, firstBoot } from '../access/index.ts';
import { createHttpServer } from '../platform/http/server.ts';
import { hubSurface } from '../surfaces/hub.ts';
import { testDatabase } from '../testing/test-database.ts';
import { profileRoutes } from './routes.ts';
import { setUpProfiles } from './testing/set-up-profiles.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- a test looks into answers of any shape
type Json = any;

async function setUp() {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const { db, platform } = stack.use(await setUpProfiles(database));
  await db.deleteFrom('workspace').execute();
  const apiKey = 'api-key-of-the-test';
  const boot = await firstBoot(db, platform.secrets, {
    workspaceGuid: undefined,
    workspaceName: 'Example Academy',
    apiKey,
    issuerKey: undefined,
  });
  const authenticator = new Authenticator(
    new ApiKeys(db, platform.secrets),
    platform.secrets,
    platform.clock,
  );
  const erased: string[] = [];
  const routes = profileRoutes(platform, [
    async (_tx, _now, { profileId }) => {
      erased.push(profileId);
    },
  ]);
  const app = await createHttpServer(platform.log);
  await app.register(hubSurface(authenticator, { publicRoutes: [], routes: [routes] }));
  stack.defer(async () => await app.close());
  const send = async (method: 'GET' | 'POST' | 'DELETE', url: string, body?: unknown) => {
    const answer = await app.inject({
      method,
      url,
      headers: {
        authorization: `Basic ${Buffer.from(`${boot.workspaceGuid}:${apiKey}`).toString('base64')}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { payload: JSON.stringify(body) }),
    });
    const json: Json = answer.body === '' ? undefined : answer.json();
    return { status: answer.statusCode, json, headers: answer.headers };
  };
  const post = async (url: string, body: unknown) => await send('POST', url, body);
  const get = async (url: string) => await send('GET', url);
  return { db, erased, send, post, get, [Symbol.asyncDispose]: async () => await stack.disposeAsync() };
}

const ADA = '/v4/clients/by-email/ada@example.org';

describe('the Profile API', () => {
  it('makes, reads and changes a profile with all its fields', async () => {
    await using it = await setUp();
    const made = await it.post('/v4/clients', {
      email: 'Ada@example.org',
      customId: 'A1',
      firstName: 'Ada',
      lastName: 'Lovelace',
      birthDate: '1915-12-10',
      sex: 'FEMALE',
      agreements: { email: 'True', sms: 0 },
      attributes: { plan: 'gold', status: 'x', email: 'eve@example.org' },
      tags: ['graduate'],
    });
    expect(made).toMatchObject({ status: 202, json: undefined });
    expect(made.headers['x-laurel-hint']).toBe('reserved names of attributes were ignored: status, email');
    const { json } = await it.get(ADA);
    expect(json).toMatchObject({
      clientId: expect.any(Number),
      email: 'ada@example.org',
      customId: 'A1',
      uuid: null,
      firstName: 'Ada',
      birthDate: '1915-12-10',
      city: null,
      sex: 'FEMALE',
      anonymous: false,
      agreements: {
        email: true,
        sms: false,
        push: false,
        webPush: false,
        bluetooth: false,
        rfid: false,
        wifi: false,
      },
      attributes: { plan: 'gold' },
      tags: ['graduate'],
    });
    for (const [url, city] of [
      [`/v4/clients/${json.clientId}`, 'London'],
      [ADA, 'Paris'],
      ['/v4/clients/by-customid/A1', 'Turin'],
    ]) {
      expect((await it.post(url ?? '', { city, sex: null, attributes: { plan: null } })).status).toBe(202);
      expect((await it.get('/v4/clients/by-custom-id/A1')).json).toMatchObject({
        city,
        sex: 'NOT_SPECIFIED',
        attributes: {},
        tags: ['graduate'],
      });
    }
  });

  it('answers the number of the profile where it is asked to do it at once', async () => {
    await using it = await setUp();
    const { status, json, headers } = await it.post('/v4/clients/instant', { customId: 'A1' });
    expect({ status, type: headers['content-type'] }).toMatchObject({
      status: 200,
      type: expect.stringContaining('application/json'),
    });
    expect((await it.get('/v4/clients/by-customid/A1')).json.clientId).toBe(Number(json));
    expect((await it.post('/v4/clients/instant', { customId: 'A1', city: 'Paris' })).json).toBe(json);
  });

  it('replaces and takes away identifiers of the profile that the path names', async () => {
    await using it = await setUp();
    await it.post('/v4/clients', { email: 'ada@example.org', customId: 'A1' });
    await it.post('/v4/clients', { email: 'grace@example.org' });
    expect((await it.post(ADA, { email: 'lovelace@example.org', customId: null })).status).toBe(202);
    expect((await it.get(ADA)).status).toBe(404);
    expect((await it.get('/v4/clients/by-customid/A1')).status).toBe(404);
    expect((await it.get('/v4/clients/by-email/lovelace@example.org')).json).toMatchObject({
      customId: null,
    });
    const taken = await it.post('/v4/clients/by-email/grace@example.org', { email: 'lovelace@example.org' });
    expect(taken).toMatchObject({
      status: 409,
      json: {
        status: 409,
        error: 'Conflict',
        path: '/v4/clients/by-email/grace@example.org',
        errors: [{ field: 'email', rejectedValue: 'lovelace@example.org' }],
      },
    });
  });

  it('names every refused field, and stores nothing of the request', async () => {
    await using it = await setUp();
    const { status, json } = await it.post('/v4/clients', {
      email: 'nobody',
      customId: 'a\nb',
      uuid: 7,
      birthDate: '1900-01-01',
      tags: ['', 'ok'],
      attributes: { 'a\nb': 1 },
      phone: 'x',
    });
    expect(status).toBe(400);
    const errors: { field: string }[] = json.errors;
    expect(errors.map(({ field }) => field)).toEqual([
      'email',
      'customId',
      'uuid',
      'birthDate',
      'phone',
      'attributes.a\nb',
      'tags[0]',
    ]);
    for (const body of [[], 'x', null, {}, { phone: '+44 20 7946 0000' }, { email: null }]) {
      expect((await it.post('/v4/clients', body)).status).toBe(400);
    }
    const large = await it.post('/v4/clients', {
      email: 'ada@example.org',
      attributes: { a: 'x'.repeat(66_000) },
    });
    expect(large).toMatchObject({ status: 400, json: { errors: [{ field: 'attributes' }] } });
    expect((await it.get('/v4/clients')).json).toEqual([]);
  });

  it('knows nobody by what cannot be an identifier', async () => {
    await using it = await setUp();
    for (const url of ['0', '-1', 'x', '9'.repeat(30), '%00', 'by-email/%00', 'by-email/x', 'by-phone/1']) {
      for (const method of ['GET', 'DELETE'] as const) {
        expect((await it.send(method, `/v4/clients/${url}`)).status).toBe(404);
      }
      expect((await it.post(`/v4/clients/${url}`, { city: 'Paris' })).status).toBe(404);
    }
  });

  it('stores a batch whole or not at all', async () => {
    await using it = await setUp();
    const batch = async (items: unknown) => await it.post('/v4/clients/batch', items);
    expect((await batch([])).status).toBe(202);
    expect(
      await batch([
        { email: 'ada@example.org', attributes: { step: 1, type: 1 } },
        { customId: 'G1', email: 'grace@example.org' },
        { email: 'ada@example.org', customId: 'A1', attributes: { step: 2 } },
      ]),
    ).toMatchObject({ status: 202, headers: { 'x-laurel-hint': expect.stringContaining('type') } });
    const ada = (await it.get(ADA)).json;
    expect(ada).toMatchObject({ customId: 'A1', attributes: { step: 2 } });
    expect((await batch([{ clientId: ada.clientId, city: 'Paris' }])).status).toBe(202);
    const refusals: [unknown[], number, string][] = [
      [[{ email: 'new@example.org' }, { email: 'ada@example.org', customId: 'G1' }], 409, '[1].email'],
      [[{ email: 'new@example.org' }, { city: 'Paris' }], 400, '[1].email'],
      [[{ email: 'new@example.org' }, { clientId: 999_999 }], 400, '[1].clientId'],
      [[{ email: 'new@example.org' }, 7], 400, '[1]'],
      [
        [
          { email: 'new@example.org', attributes: { a: 'x'.repeat(40_000) } },
          { email: 'new@example.org', attributes: { b: 'x'.repeat(40_000) } },
        ],
        400,
        '[1].attributes',
      ],
    ];
    for (const [items, status, field] of refusals) {
      expect(await batch(items)).toMatchObject({ status, json: { errors: [{ field }] } });
    }
    expect((await batch(Array.from({ length: 1_001 }, () => ({ email: 'new@example.org' })))).status).toBe(
      400,
    );
    expect((await batch({ email: 'new@example.org' })).status).toBe(400);
    expect((await it.get('/v4/clients/by-email/new@example.org')).status).toBe(404);
    expect(await it.db.selectFrom('profile').select('id').execute()).toHaveLength(2);
  });

  it('lists profiles with filters, an order and pages', async () => {
    await using it = await setUp();
    await it.post('/v4/clients/batch', [
      { email: 'grace@example.org', firstName: 'Grace', lastName: 'Hopper', phone: '+1 555 0100' },
      { email: 'ada@example.org', firstName: 'Ada', lastName: 'Lovelace', city: 'London' },
      { customId: 'anonymous' },
    ]);
    const emails = async (query: string) => {
      const listed: { email: string | null }[] = (await it.get(`/v4/clients?${query}`)).json;
      return listed.map(({ email }) => email);
    };
    expect(await emails('')).toEqual(['grace@example.org', 'ada@example.org', null]);
    expect(await emails('sortBy=firstName')).toEqual(['ada@example.org', 'grace@example.org', null]);
    expect(await emails('sortBy=email&sortOrder=DESC')).toEqual([
      'grace@example.org',
      'ada@example.org',
      null,
    ]);
    expect(await emails('sortBy=lastActivityDate&sortOrder=DESC&pageSize=2')).toEqual([
      null,
      'ada@example.org',
    ]);
    expect(await emails('pageSize=2&pageIndex=1')).toEqual([null]);
    expect(await emails('filters[anonymous]=true')).toEqual([null]);
    expect(await emails('filters[email]=ADA@example.org')).toEqual(['ada@example.org']);
    expect(await emails('filters[lastName]=hopper&filters[phone]=%2B1%20555%200100')).toEqual([
      'grace@example.org',
    ]);
    expect(await emails('filters[firstName]=A')).toEqual([]);
    for (const query of ['pageSize=0', 'pageIndex=-1', 'pageSize=1001', 'pageIndex=99999', 'sortBy=x']) {
      expect((await it.get(`/v4/clients?${query}`)).status).toBe(400);
    }
    for (const query of ['filters[email]=%00', 'filters[firstName]=a&filters[firstName]=b']) {
      expect((await it.get(`/v4/clients?${query}`)).status).toBe(400);
    }
  });

  it('tags a profile by the number of a tag', async () => {
    await using it = await setUp();
    await it.post('/v4/clients', { email: 'grace@example.org', tags: ['vip'] });
    await it.post('/v4/clients', { email: 'ada@example.org', tags: ['graduate'] });
    const { clientId } = (await it.get(ADA)).json;
    const tags = (await it.get('/v4/clients/tags')).json;
    expect(tags).toMatchObject([
      { id: expect.any(Number), name: 'graduate', color: expect.stringMatching(/^#[0-9a-f]{6}$/) },
      { name: 'vip' },
    ]);
    const vip = tags[1].id;
    expect(await it.send('POST', `/v4/clients/${clientId}/tags/${vip}`)).toMatchObject({
      status: 200,
      json: { clientId, tagId: vip },
    });
    expect((await it.get(`/v4/clients/${clientId}/tags`)).json).toEqual(tags);
    expect((await it.send('DELETE', `/v4/clients/${clientId}/tags/${tags[0].id}`)).status).toBe(204);
    expect((await it.get(ADA)).json.tags).toEqual(['vip']);
    for (const url of [`${clientId}/tags/999999`, `${clientId}/tags/x`, `999999/tags/${vip}`]) {
      expect((await it.send('POST', `/v4/clients/${url}`)).status).toBe(404);
    }
  });

  it('deletes a profile with its identifiers and what others keep of it', async () => {
    await using it = await setUp();
    for (const url of ['by-email/ada@example.org', 'by-customid/A1', 'by-uuid/u-1', '']) {
      await it.post('/v4/clients', { email: 'ada@example.org', customId: 'A1', uuid: 'u-1' });
      const { clientId } = (await it.get(ADA)).json;
      expect((await it.send('DELETE', `/v4/clients/${url === '' ? clientId : url}`)).status).toBe(204);
      expect((await it.send('DELETE', `/v4/clients/${clientId}`)).status).toBe(404);
    }
    expect(new Set(it.erased).size).toBe(4);
    expect(await it.db.selectFrom('profile').select('id').execute()).toEqual([]);
    expect(await it.db.selectFrom('profile_identifier').select('value').execute()).toEqual([]);
  });
});
