import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { hubServer } from '../testing/hub-server.ts';
import type { HubAnswer, HubClient, HubServer } from '../testing/hub-server.ts';
import { schemaRoutes } from './index.ts';

let server: HubServer;
let mine: HubClient;
let other: HubClient;

beforeAll(async () => {
  server = await hubServer((platform) => [schemaRoutes(platform)]);
  ({ mine, other } = server);
});
afterAll(async () => await server[Symbol.asyncDispose]());

const QUESTION = {
  type: 'TEXT',
  data: null,
  design: { label: 'What is "1" {{ x }} 👩?', hideLabel: false, tabIndex: 1 },
  layout: { marginTop: 4 },
  validation: { required: true, minimumLength: 1 },
};

const schemaAnswer = z.object({ schemaId: z.uuid(), schemaName: z.string() });
let made = 0;

/** A schema of the test's own. */
async function makeSchema(client = mine): Promise<{ id: string; name: string; path: string }> {
  const name = `schema ${++made}`;
  const json = { schemaName: name, fields: { question: QUESTION } };
  const { schemaId } = schemaAnswer.parse((await client.send('POST', '/boxes-v2/schemas', { json })).json);
  return { id: schemaId, name, path: `/boxes-v2/schemas/${schemaId}` };
}

/** Schema Builder's error, with each of its members and no other. */
const errorAnswer = z.strictObject({
  error: z.string(),
  message: z.string(),
  payload: z.strictObject({ fields: z.record(z.string(), z.array(z.string())) }),
  status: z.number(),
  timestamp: z.iso.datetime(),
});

function errorOf(answer: HubAnswer) {
  const { status, error, message, payload } = errorAnswer.parse(answer.json);
  return { codes: [answer.status, status], error, message, fields: payload.fields };
}

function refusal(
  status: number,
  error: string,
  message: string,
  fields: Record<string, readonly string[] | undefined> = {},
) {
  return { codes: [status, status], error, message: expect.stringContaining(message), fields };
}

describe('POST /boxes-v2/schemas', () => {
  it('makes a schema, whose id others refer to', async () => {
    const json = { schemaName: ' Analytics Engineer ', tags: ['a'], fields: { question: QUESTION } };
    const answer = await mine.send('POST', '/boxes-v2/schemas', { json, headers: { 'api-version': '4.2' } });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      schemaId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      schemaName: 'Analytics Engineer',
      tags: ['a'],
      fields: { question: QUESTION },
      createdAt: '2026-11-24T12:00:00.000Z',
      modifiedAt: '2026-11-24T12:00:00.000Z',
    });
    const { schemaId } = schemaAnswer.parse(answer.json);
    expect((await mine.send('GET', `/boxes-v2/schemas/${schemaId}`)).json).toEqual(answer.json);
  });

  const text = 'must be a text of 1 to 200 characters';
  it.each([
    [{}, { schemaName: [text], fields: ['must be an object of fields by id'] }],
    [null, { schemaName: [text], fields: ['must be an object of fields by id'] }],
    [[], { schemaName: [text], fields: ['must be an object of fields by id'] }],
    ['x', { schemaName: [text], fields: ['must be an object of fields by id'] }],
    [{ schemaName: ' ', fields: {} }, { schemaName: [text] }],
    [{ schemaName: 'x'.repeat(201), fields: {} }, { schemaName: [text] }],
    [{ schemaName: 7, fields: {} }, { schemaName: [text] }],
    [{ schemaName: 'a\0', fields: {} }, { schemaName: ['holds a NUL character'] }],
    [{ schemaName: '\uD800', fields: {} }, { schemaName: ['holds half of a surrogate pair'] }],
    [{ schemaName: 'a', fields: [] }, { fields: ['must be an object of fields by id'] }],
    [{ schemaName: 'a', fields: {}, tags: 'x' }, { tags: ['must be a list of texts'] }],
    [{ schemaName: 'a', fields: {}, tags: [1] }, { tags: ['must be a list of texts'] }],
    [
      { schemaName: 'a', fields: {}, tags: [''] },
      { tags: ['must be at most 100 texts of 1 to 200 characters'] },
    ],
    [
      { schemaName: 'a', fields: {}, tags: Array.from({ length: 101 }, () => 'x') },
      { tags: ['must be at most 100 texts of 1 to 200 characters'] },
    ],
    [{ schemaName: 'a', fields: {}, tags: ['a\0'] }, { 'tags[0]': ['holds a NUL character'] }],
    [
      { schemaName: 'a', fields: { '1 x': {} } },
      {
        'fields.1 x': ['the id must be 1 to 100 letters, digits, "_" or "-", and begin with a letter or "_"'],
      },
    ],
    [{ schemaName: 'a', fields: { q: 7 } }, { 'fields.q': ['must be an object'] }],
    [{ schemaName: 'a', fields: { q: {} } }, { 'fields.q.type': ['must be a type such as TEXT or NUMBER'] }],
    [
      { schemaName: 'a', fields: { q: { type: '', data: 1, design: [], layout: 'x', validation: true } } },
      {
        'fields.q.type': ['must be a type such as TEXT or NUMBER'],
        'fields.q.data': ['must be an object'],
        'fields.q.design': ['must be an object'],
        'fields.q.layout': ['must be an object'],
        'fields.q.validation': ['must be an object'],
      },
    ],
    [
      { schemaName: 'a', fields: { q: { type: 'TEXT', design: { label: 'a\0' } } } },
      { 'fields.q.design.label': ['holds a NUL character'] },
    ],
  ])('refuses what is no schema (%#)', async (json, fields) => {
    const answer = await mine.send('POST', '/boxes-v2/schemas', { json });
    expect(errorOf(answer)).toEqual(refusal(400, 'Bad Request', 'Schema validation error', fields));
  });

  it('refuses too many fields and too long ids in few words', async () => {
    const fields = Object.fromEntries(Array.from({ length: 501 }, (_, n) => [`${n}`, 0]));
    const many = await mine.send('POST', '/boxes-v2/schemas', { json: { schemaName: 'a', fields } });
    expect(errorOf(many)).toEqual(
      refusal(400, 'Bad Request', 'Schema validation error', {
        fields: ['a schema has at most 500 fields; this one has 501'],
      }),
    );
    const long = { schemaName: 'a', fields: { ['x'.repeat(500_000)]: { type: 'TEXT' } } };
    const answer = await mine.send('POST', '/boxes-v2/schemas', { json: long });
    expect(answer.status).toBe(400);
    expect(answer.text.length).toBeLessThan(1_000);
  });

  it('refuses a name that is taken, in this workspace only', async () => {
    const { name } = await makeSchema();
    const json = { schemaName: name, fields: {} };
    const taken = { schemaName: ['is the name of another schema'] };
    const again = await mine.send('POST', '/boxes-v2/schemas', { json });
    expect(errorOf(again)).toEqual(refusal(409, 'Conflict', 'Schema validation error', taken));
    expect((await other.send('POST', '/boxes-v2/schemas', { json })).status).toBe(200);
  });

  it('makes one schema of requests that come at once', async () => {
    const json = { schemaName: 'at once', fields: {} };
    const answers = await Promise.all(
      [mine, server.second, mine, server.second].map(
        async (client) => await client.send('POST', '/boxes-v2/schemas', { json }),
      ),
    );
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([200, 409, 409, 409]);
  });
});

describe('GET /boxes-v2/schemas', () => {
  it('lists by pages and by a part of the name, whole or as projections', async () => {
    await using own = await hubServer((platform) => [schemaRoutes(platform)]);
    for (const schemaName of ['c', 'a', 'b', 'ABC'])
      await own.mine.send('POST', '/boxes-v2/schemas', { json: { schemaName, fields: {} } });
    await own.other.send('POST', '/boxes-v2/schemas', { json: { schemaName: 'theirs', fields: {} } });
    const page = z.object({ data: z.array(schemaAnswer), meta: z.unknown() });
    const list = async (query: string) => {
      const whole = page.parse((await own.mine.send('GET', `/boxes-v2/schemas${query}`)).json);
      const projections = await own.mine.send('GET', `/boxes-v2/schemas/projections${query}`);
      expect(projections.json).toEqual(whole);
      return [whole.data.map(({ schemaName }) => schemaName).toSorted(), whole.meta];
    };
    const all = ['ABC', 'a', 'b', 'c'];
    expect(await list('')).toEqual([all, { page: 1, limit: 100, totalCount: 4 }]);
    expect(await list('?page=&limit=&name=')).toEqual([all, { page: 1, limit: 100, totalCount: 4 }]);
    const [first] = await list('?page=1&limit=3');
    const [second, meta] = await list('?page=2&limit=3');
    expect(new Set([first, second].flat())).toEqual(new Set(all));
    expect(meta).toEqual({ page: 2, limit: 3, totalCount: 4 });
    expect(await list('?page=3&limit=3')).toEqual([[], { page: 3, limit: 3, totalCount: 4 }]);
    expect(await list('?page=1000000000&limit=1000000000')).toEqual([
      [],
      { page: 1_000_000_000, limit: 1_000, totalCount: 4 },
    ]);
    expect(await list('?name=B')).toEqual([['ABC', 'b'], { page: 1, limit: 100, totalCount: 2 }]);
    expect(await list('?name=theirs')).toEqual([[], { page: 1, limit: 100, totalCount: 0 }]);
    expect(await list("?name=' or true --")).toEqual([[], { page: 1, limit: 100, totalCount: 0 }]);
  });

  it.each([
    ['page=1e300', 'page', 'must be a whole number from 1 to 1000000000'],
    ['page=0', 'page', 'must be a whole number from 1 to 1000000000'],
    ['page=-1', 'page', 'must be a whole number from 1 to 1000000000'],
    ['page=99999999999999999999', 'page', 'must be a whole number from 1 to 1000000000'],
    ['page=Infinity', 'page', 'must be a whole number from 1 to 1000000000'],
    ['limit=1e300', 'limit', 'must be a whole number from 1 to 1000000000'],
    ['limit=0', 'limit', 'must be a whole number from 1 to 1000000000'],
    ['limit=x', 'limit', 'must be a whole number from 1 to 1000000000'],
    ['page=1&page=2', 'page', 'is given more than once'],
    ['name=a&name=b', 'name', 'is given more than once'],
    ['name=%00', 'name', 'holds a NUL character'],
  ])('refuses ?%s', async (query, field, message) => {
    for (const path of ['/boxes-v2/schemas', '/boxes-v2/schemas/projections']) {
      const answer = await mine.send('GET', `${path}?${query}`);
      expect(errorOf(answer)).toEqual(
        refusal(400, 'Bad Request', 'Schema validation error', { [field]: [message] }),
      );
    }
  });
});

describe('a schema', () => {
  it('is replaced whole, under its id', async () => {
    const { id, name, path } = await makeSchema();
    const json = { schemaName: `${name} again`, tags: ['b'], fields: { answer: { type: 'NUMBER' } } };
    const answer = await mine.send('PUT', path, { json });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ schemaId: id, ...json });
    expect((await mine.send('GET', path)).json).toEqual(answer.json);
    expect((await mine.send('PUT', path, { json })).json).toEqual(answer.json);
    expect(
      (await mine.send('POST', '/boxes-v2/schemas', { json: { ...json, schemaName: name } })).status,
    ).toBe(200);
  });

  it('is not replaced by what is no schema, or by the name of another', async () => {
    const [one, two] = [await makeSchema(), await makeSchema()];
    const before = (await mine.send('GET', one.path)).json;
    const invalid = await mine.send('PUT', one.path, { json: { fields: {} } });
    expect(errorOf(invalid)).toEqual(
      refusal(400, 'Bad Request', 'Schema validation error', {
        schemaName: ['must be a text of 1 to 200 characters'],
      }),
    );
    const taken = await mine.send('PUT', one.path, { json: { schemaName: two.name, fields: {} } });
    expect(errorOf(taken)).toEqual(
      refusal(409, 'Conflict', 'Schema validation error', {
        schemaName: ['is the name of another schema'],
      }),
    );
    expect((await mine.send('GET', one.path)).json).toEqual(before);
  });

  it('is deleted once', async () => {
    const { path } = await makeSchema();
    const answer = await mine.send('DELETE', path);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(errorOf(await mine.send('DELETE', path))).toEqual(
      refusal(404, 'Not Found', 'There is no schema with this id.'),
    );
    expect(errorOf(await mine.send('GET', path))).toEqual(
      refusal(404, 'Not Found', 'There is no schema with this id.'),
    );
  });

  it('that is deleted while it is replaced does not come back', async () => {
    for (let round = 0; round < 10; round++) {
      const { name, path } = await makeSchema();
      const json = { schemaName: `${name} again`, fields: {} };
      const [deleted, replaced] = await Promise.all([
        mine.send('DELETE', path),
        server.second.send('PUT', path, { json }),
      ]);
      expect(deleted.status).toBe(204);
      expect([200, 404]).toContain(replaced.status);
      expect((await mine.send('GET', path)).status).toBe(404);
    }
  });

  it('of an unknown id, or of another workspace, is not there', async () => {
    const theirs = await makeSchema(other);
    const ids = [theirs.id, '0b6f3a1e-6f0a-4c56-9a55-0d3c1c1b7f11', 'x', '1', '%00', `${theirs.id}'`];
    for (const id of ids) {
      const path = `/boxes-v2/schemas/${id}`;
      const json = { schemaName: 'x', fields: {} };
      for (const answer of [
        await mine.send('GET', path),
        await mine.send('PUT', path, { json }),
        await mine.send('PUT', path, { json: { fields: 7 } }),
        await mine.send('DELETE', path),
      ]) {
        expect(errorOf(answer)).toEqual(refusal(404, 'Not Found', 'There is no schema with this id.'));
      }
    }
    expect((await other.send('GET', theirs.path)).json).toMatchObject({ schemaName: theirs.name });
  });
});

describe('a request that is no request', () => {
  it.each([
    ['{"schemaName":', 'application/json', 400, 'Bad Request', 'The body is not JSON'],
    ['', 'application/json', 400, 'Bad Request', 'The body is empty'],
    ['{"__proto__": {}}', 'application/json', 400, 'Bad Request', 'The body is not JSON'],
    ['{}', 'text/plain', 415, 'Unsupported Media Type', 'send application/json'],
    ['a=b', 'application/x-www-form-urlencoded', 415, 'Unsupported Media Type', 'send application/json'],
    ['<a/>', 'text/xml', 415, 'Unsupported Media Type', 'send application/json'],
    ['x', 'multipart/form-data; boundary=x', 415, 'Unsupported Media Type', 'send application/json'],
    [`"${'x'.repeat(1024 * 1024)}"`, 'application/json', 413, 'Payload Too Large', 'larger than'],
  ])('is refused in the shape of Schema Builder (%#)', async (body, type, status, error, message) => {
    const { path } = await makeSchema();
    const headers = { 'content-type': type };
    expect(errorOf(await mine.send('POST', '/boxes-v2/schemas', { body, headers }))).toEqual(
      refusal(status, error, message),
    );
    expect(errorOf(await mine.send('PUT', path, { body, headers }))).toEqual(refusal(status, error, message));
  });

  it('is behind authentication', async () => {
    const { path } = await makeSchema();
    for (const method of ['GET', 'DELETE'] as const) {
      const answer = await mine.send(method, path, { headers: { authorization: 'Bearer x' } });
      expect(answer.json).toMatchObject({ status: 401, error: 'Unauthorized' });
    }
    expect((await mine.send('GET', path)).status).toBe(200);
  });
});
