import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { hubServer } from '../testing/hub-server.ts';
import type { HubClient, HubServer } from '../testing/hub-server.ts';
import { catalogRoutes } from './index.ts';
import {
  catalogOf,
  errorsOf,
  itemOf,
  itemsOf,
  makeCatalog,
  pageOf,
  upload,
  valuesOf,
} from './testing/catalog-client.ts';

let server: HubServer;
let mine: HubClient;

beforeAll(async () => {
  server = await hubServer((platform) => [catalogRoutes(platform)]);
  ({ mine } = server);
});
afterAll(async () => await server[Symbol.asyncDispose]());

describe('an item', () => {
  it('is added, shown by key and by id, replaced and deleted', async () => {
    const { name, path } = await makeCatalog(mine);
    const value = { title: '👩 "A" {{ x }} }}', n: 5, list: [1, null], deep: { a: true } };
    const added = await mine.send('POST', `${path}/items`, { json: { itemKey: ' a/b ', value } });
    expect([added.status, added.text]).toEqual([200, 'true']);
    expect(added.headers['content-type']).toContain('application/json');
    const byKey = await mine.send('GET', `${path}/items/itemKey/a%2Fb`);
    expect(byKey.json).toEqual({
      data: {
        id: expect.any(Number),
        itemKey: 'a/b',
        creationDate: '2026-11-24T12:00:00.000Z',
        lastModified: '2026-11-24T12:00:00.000Z',
        value: expect.any(String),
        bag: {
          id: Number(path.split('/').at(-1)),
          name,
          creationDate: '2026-11-24T12:00:00.000Z',
          lastModified: '2026-11-24T12:00:00.000Z',
          mappings: [],
          primaryKey: null,
        },
      },
      metaData: { requestTime: '2026-11-24T12:00:00.000Z', totalCount: 1 },
    });
    const { id, value: shown } = itemOf(byKey);
    expect(shown).toEqual(value);
    expect((await mine.send('GET', `${path}/items/${id}`)).json).toEqual(byKey.json);
    await mine.send('POST', `${path}/items`, { json: { itemKey: 'a/b', value: { other: '' } } });
    expect(itemOf(await mine.send('GET', `${path}/items/${id}`)).value).toEqual({ other: '' });
    expect((await catalogOf(mine, path)).columns).toEqual(['title', 'n', 'list', 'deep', 'other']);
    const deleted = await mine.send('DELETE', `${path}/items/${id}`);
    expect([deleted.status, deleted.text]).toEqual([200, 'true']);
    for (const [method, place] of [
      ['GET', id],
      ['DELETE', id],
      ['GET', 'x'],
      ['DELETE', '1e3'],
      ['GET', 'itemKey/a%2Fb'],
    ] as const) {
      const answer = await mine.send(method, `${path}/items/${place}`);
      expect(answer.json).toMatchObject({
        status: 404,
        message: expect.stringContaining('There is no item'),
      });
    }
  });

  it('may have an empty value, and a key of 500 characters', async () => {
    const { path } = await makeCatalog(mine);
    for (const key of ['k'.repeat(500), 'ž'.repeat(500), '字'.repeat(500), '👩'.repeat(250)]) {
      await mine.send('POST', `${path}/items`, { json: { itemKey: key, value: {} } });
      const answer = await mine.send('GET', `${path}/items/itemKey/${encodeURIComponent(key)}`);
      expect(itemOf(answer)).toMatchObject({ key, value: {} });
      const found = await mine.send('GET', `${path}/items?itemKey=${encodeURIComponent(key)}`);
      expect(pageOf(found)).toEqual([[key], 1]);
    }
  });

  it.each([
    [{ itemKey: 'k'.repeat(501), value: {} }, 'itemKey', 'is longer than 500 characters'],
    [{ itemKey: ' \n', value: {} }, 'itemKey', 'is empty'],
    [{ itemKey: 'a\0b', value: {} }, 'itemKey', 'holds a NUL character'],
    [{ itemKey: '\uD800', value: {} }, 'itemKey', 'holds half of a surrogate pair'],
    [{ itemKey: 7, value: {} }, 'itemKey', 'must be a text'],
    [{ value: {} }, 'itemKey', 'must be a text'],
    [{ itemKey: 'a' }, 'value', 'must be an object'],
    [{ itemKey: 'a', value: null }, 'value', 'must be an object'],
    [{ itemKey: 'a', value: [] }, 'value', 'must be an object'],
    [{ itemKey: 'a', value: '{}' }, 'value', 'must be an object'],
    [{ itemKey: 'a', value: { t: 'a\0' } }, 'value.t', 'holds a NUL character'],
    [{ itemKey: 'a', value: { t: ['\uDC00'] } }, 'value.t[0]', 'holds half of a surrogate pair'],
    [{ itemKey: 'a', value: { 'no spaces': 1 } }, 'value', 'has a member whose name must be letters'],
    [{ itemKey: 'a', value: { '': 1 } }, 'value', 'has a member whose name must be letters'],
    [{ itemKey: 'a', value: { ['x'.repeat(101)]: 1 } }, 'value', 'is longer than 100 characters'],
    [null, 'itemKey', 'must be a text'],
    ['x', 'itemKey', 'must be a text'],
  ])('is refused where it is none (%#)', async (json, field, message) => {
    const { path } = await makeCatalog(mine, 'key\nkept\n');
    const expected = expect.objectContaining({ field, message: expect.stringContaining(message) });
    const one = await mine.send('POST', `${path}/items`, { json });
    expect(one.json).toMatchObject({ status: 400, path: `${path}/items` });
    expect(errorsOf(one)).toContainEqual(expected);
    const batch = await mine.send('POST', `${path}/items/batch`, {
      json: [{ itemKey: 'good', value: {} }, json],
    });
    expect(batch.status).toBe(400);
    expect(errorsOf(batch)).toContainEqual(
      expect.objectContaining({ field: `[1].${field}`, message: expect.stringContaining(message) }),
    );
    expect(await valuesOf(mine, path)).toEqual({ kept: { key: 'kept' } });
  });

  it('is refused as what is no JSON, and where it is too deep or too large a number', async () => {
    const { path } = await makeCatalog(mine);
    const send = async (body: string, type = 'application/json') =>
      (await mine.send('POST', `${path}/items`, { body, headers: { 'content-type': type } })).json;
    expect(await send('{')).toMatchObject({ status: 400, message: expect.stringContaining('not JSON') });
    expect(await send('{}', 'text/plain')).toMatchObject({ status: 415 });
    expect(await send('{"itemKey":"a","value":{"n":1e999}}')).toMatchObject({
      errors: [{ field: 'value.n', message: 'is too large a number' }],
    });
    expect(await send(`{"itemKey":"a","value":{"n":${'['.repeat(100)}${']'.repeat(100)}}}`)).toMatchObject({
      status: 400,
      errors: [{ message: 'is nested more than 64 levels deep' }],
    });
    expect(await send(`{"itemKey":"a","value":{"n":"${'x'.repeat(1024 * 1024)}"}}`)).toMatchObject({
      status: 413,
    });
  });
});

describe('a batch of items', () => {
  it('is written whole; of items with one key the last counts', async () => {
    const { path } = await makeCatalog(mine, 'key,title\na,1\nb,2\n');
    const json = [
      { itemKey: 'a', value: { title: 'x' } },
      { itemKey: 'c', value: { title: 'y' } },
      { itemKey: ' a', value: { title: 'z' } },
    ];
    const answer = await mine.send('POST', `${path}/items/batch`, { json });
    expect([answer.status, answer.text]).toEqual([200, 'true']);
    expect(await valuesOf(mine, path)).toEqual({
      a: { title: 'z' },
      b: { key: 'b', title: '2' },
      c: { title: 'y' },
    });
    expect((await mine.send('POST', `${path}/items/batch`, { json: [] })).text).toBe('true');
  });

  it('is refused as what is no array, and with more than 1,000 items', async () => {
    const { path } = await makeCatalog(mine);
    const send = async (json: unknown) => (await mine.send('POST', `${path}/items/batch`, { json })).json;
    expect(await send({ itemKey: 'a', value: {} })).toMatchObject({
      status: 400,
      message: 'The body must be an array of items.',
    });
    const items = Array.from({ length: 1_001 }, (_, n) => ({ itemKey: `k${n}`, value: {} }));
    expect(await send(items)).toMatchObject({
      status: 400,
      message: 'A batch holds at most 1000 items; this one has 1001.',
    });
    expect(await send(items.slice(1))).toBe(true);
  });

  it('cannot give a catalog more than 1,000 columns', async () => {
    const { path } = await makeCatalog(mine);
    const value = (from: number, to: number) =>
      Object.fromEntries(Array.from({ length: to - from }, (_, n) => [`c${from + n}`, 1]));
    const send = async (...values: object[]) =>
      (
        await mine.send('POST', `${path}/items/batch`, {
          json: values.map((one, n) => ({ itemKey: `k${n}`, value: one })),
        })
      ).json;
    expect(await send(value(0, 600), value(600, 1_001))).toMatchObject({
      status: 400,
      errors: [{ field: 'value', message: 'would give the catalog more than 1000 columns' }],
    });
    expect(await send(value(0, 600), value(600, 1_000))).toBe(true);
    expect(await send({ c1000: 1 })).toMatchObject({ status: 400 });
    expect(await send({ c999: 2 })).toBe(true);
    const refused = await upload(mine, path, '\nkey\na\n');
    expect(refused.json).toMatchObject({
      status: 400,
      errors: [
        { field: 'file', message: 'line 2: with these the catalog would have more than 1000 columns' },
      ],
    });
  });
});

describe('the items of a catalog', () => {
  const list = async (path: string, query: string) => pageOf(await mine.send('GET', `${path}/items${query}`));

  it('are listed by pages, found by key and by what is in them', async () => {
    const { path } = await makeCatalog(mine, 'key,title\nb,Größe\na,"say ""hi"" {{"\nab,"1\n2"\n👩,key\n');
    expect(await list(path, '')).toEqual([['b', 'a', 'ab', '👩'], 4]);
    expect(await list(path, '?limit=2&offset=1')).toEqual([['a', 'ab'], 4]);
    expect(await list(path, '?limit=2&offset=1000')).toEqual([[], 4]);
    expect(await list(path, '?itemKey=a')).toEqual([['a'], 1]);
    expect(await list(path, '?itemKey=A')).toEqual([[], 0]);
    expect(await list(path, '?searchBy=A')).toEqual([['a', 'ab'], 2]);
    expect(await list(path, '?searchBy=A&limit=1&offset=1')).toEqual([['ab'], 2]);
    expect(await list(path, `?searchBy=${encodeURIComponent('SAY "hi" {{')}`)).toEqual([['a'], 1]);
    expect(await list(path, '?searchBy=gr%C3%B6')).toEqual([['b'], 1]);
    expect(await list(path, '?searchBy=%F0%9F%91%A9')).toEqual([['👩'], 1]);
    // The names of columns are in each item and say nothing about it.
    expect(await list(path, '?searchBy=title')).toEqual([[], 0]);
    expect(await list(path, '?searchBy=key')).toEqual([['👩'], 1]);
    expect(await list(path, '?searchBy=%25')).toEqual([[], 0]);
  });

  it('are listed by ids', async () => {
    const { path } = await makeCatalog(mine, 'key\na\nb\nc\n');
    const ids = itemsOf(await mine.send('GET', `${path}/items`)).map(({ id }) => id);
    for (const place of ['byIds', 'list']) {
      const send = async (json: unknown) => await mine.send('POST', `${path}/items/${place}`, { json });
      const found = await send([ids[2], String(ids[0]), 999_999_999, ids[2]]);
      expect(pageOf(found)).toEqual([['a', 'c'], 2]);
      expect(pageOf(await send([]))).toEqual([[], 0]);
      expect((await send({})).json).toMatchObject({ status: 400 });
      expect((await send(Array.from({ length: 1_001 }, () => 1))).json).toMatchObject({ status: 400 });
      for (const wrong of ['x', null, 1.5, -1, '1e300', {}])
        expect(errorsOf(await send([1, wrong]))).toMatchObject([{ field: '[1]' }]);
    }
  });

  it('are sent in parts where they are large', async () => {
    const rows = Array.from(
      { length: 13 },
      (_, n) => `k${n},${String(n % 10).repeat(n % 4 === 0 ? 5 : 999_000)}`,
    );
    const { path } = await makeCatalog(mine, `key,text\n${rows.join('\n')}\n`);
    const answer = await mine.send('GET', `${path}/items?limit=12&offset=1`);
    expect(answer.headers['content-type']).toContain('application/json');
    expect(itemsOf(answer).map(({ value }) => value)).toEqual(
      rows.slice(1).map((row) => ({ key: row.split(',')[0], text: row.split(',')[1] })),
    );
    const csv = await mine.send('GET', `${path}/csv`);
    expect(csv.text.trimEnd().split('\r\n').slice(1)).toEqual(
      rows.toSorted().map((row) => `${row.split(',')[0]},${row}`),
    );
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=1e300', 'limit'],
    ['offset=1e300', 'offset'],
    ['offset=-1', 'offset'],
    ['offset=99999999999999999999', 'offset'],
    ['itemKey=%00', 'itemKey'],
    ['itemKey=a&itemKey=b', 'itemKey'],
    ['searchBy=a%00', 'searchBy'],
    ['searchBy=a&searchBy=b', 'searchBy'],
  ])('are not listed with ?%s', async (query, field) => {
    const { path } = await makeCatalog(mine);
    const answer = await mine.send('GET', `${path}/items?${query}`);
    expect(answer.json).toMatchObject({ status: 400, path: `${path}/items`, errors: [{ field }] });
  });

  it('are not found by a key that none can have', async () => {
    const { path } = await makeCatalog(mine);
    expect((await mine.send('GET', `${path}/items/itemKey/%00`)).json).toMatchObject({
      status: 400,
      errors: [{ field: 'itemKey', message: 'holds a NUL character' }],
    });
    expect(await list(path, `?itemKey=${'k'.repeat(5_000)}`)).toEqual([[], 0]);
  });
});
