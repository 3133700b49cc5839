import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { csvForm, hubServer } from '../testing/hub-server.ts';
import type { HubClient, HubServer } from '../testing/hub-server.ts';
import { catalogRoutes } from './index.ts';
import { errorsOf, itemOf, makeCatalog, namesOf, upload, valuesOf } from './testing/catalog-client.ts';

let server: HubServer;
let mine: HubClient;
let other: HubClient;

beforeAll(async () => {
  server = await hubServer((platform) => [catalogRoutes(platform)]);
  ({ mine, other } = server);
});
afterAll(async () => await server[Symbol.asyncDispose]());

const metaData = (totalCount: number) => ({ requestTime: '2026-11-24T12:00:00.000Z', totalCount });
const refusal = (status: number, path: string, field: string, message: string) => ({
  status,
  path,
  message: expect.stringContaining(message),
  errors: [expect.objectContaining({ code: status, field, message: expect.stringContaining(message) })],
});

describe('POST /catalogs/bags', () => {
  it('makes an empty catalog', async () => {
    const answer = await mine.send('POST', '/catalogs/bags', { json: { name: 'certificationList' } });
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': expect.stringContaining('json') },
    });
    expect(answer.json).toEqual({
      data: {
        id: expect.any(Number),
        name: 'certificationList',
        creationDate: '2026-11-24T12:00:00.000Z',
        lastModified: '2026-11-24T12:00:00.000Z',
        mappings: [],
        primaryKey: null,
        fields: [],
        beforeFiltering: false,
      },
      metaData: metaData(1),
    });
  });

  it.each([
    'no spaces',
    'přehled',
    'a-b',
    'a.b',
    '',
    'x'.repeat(101),
    'a\0',
    'a\n',
    7,
    null,
    undefined,
    ['a'],
  ])('refuses the name %j', async (name) => {
    const answer = await mine.send('POST', '/catalogs/bags', { json: { name } });
    const message = 'must be 1 to 100 letters without diacritics, digits or "_"';
    expect(answer.json).toMatchObject(refusal(400, '/catalogs/bags', 'name', message));
  });

  it.each([null, [], 'x', 7])('refuses the body %j', async (json) => {
    expect((await mine.send('POST', '/catalogs/bags', { json })).json).toMatchObject({
      status: 400,
      errors: [{ field: 'name' }],
    });
  });

  it('refuses a name that is taken, in this workspace only and with its case', async () => {
    const { name } = await makeCatalog(mine);
    const again = await mine.send('POST', '/catalogs/bags', { json: { name } });
    expect(again.json).toMatchObject({ status: 409, error: 'Conflict', errors: [{ field: 'name' }] });
    expect((await other.send('POST', '/catalogs/bags', { json: { name } })).status).toBe(200);
    expect((await mine.send('POST', '/catalogs/bags', { json: { name: name.toUpperCase() } })).status).toBe(
      200,
    );
  });

  it('makes one catalog of requests that come at once', async () => {
    const answers = await Promise.all(
      [mine, server.second, mine, server.second].map(
        async (client) => await client.send('POST', '/catalogs/bags', { json: { name: 'atOnce' } }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409, 409]);
  });

  it.each([
    ['{"name":', 'application/json', 400, 'The body is not JSON'],
    ['', 'application/json', 400, 'The body is empty'],
    ['{"__proto__": {}, "name": "x"}', 'application/json', 400, ''],
    ['{"name": "x"}', 'text/plain', 415, 'send application/json'],
    ['name=x', 'application/x-www-form-urlencoded', 415, 'send application/json'],
    ['<name/>', 'text/xml', 415, 'send application/json'],
    [`{"name": "${'x'.repeat(1024 * 1024)}"}`, 'application/json', 413, 'larger than'],
  ])('refuses what is no request (%#)', async (body, type, status, message) => {
    const answer = await mine.send('POST', '/catalogs/bags', { body, headers: { 'content-type': type } });
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({
      status,
      path: '/catalogs/bags',
      message: expect.stringContaining(message),
      errors: [],
    });
  });
});

describe('GET /catalogs/bags', () => {
  it('lists by pages, in the order that is asked for', async () => {
    await using own = await hubServer((platform) => [catalogRoutes(platform)]);
    for (const name of ['b', 'a', 'abc', 'd'])
      await own.mine.send('POST', '/catalogs/bags', { json: { name } });
    await own.other.send('POST', '/catalogs/bags', { json: { name: 'theirs' } });
    const list = async (query: string) => namesOf(await own.mine.send('GET', `/catalogs/bags${query}`));
    expect(await list('')).toEqual([['b', 'a', 'abc', 'd'], 4]);
    expect(await list('?limit=2')).toEqual([['b', 'a'], 4]);
    expect(await list('?limit=2&offset=2')).toEqual([['abc', 'd'], 4]);
    expect(await list('?limit=2&offset=4')).toEqual([[], 4]);
    expect(await list('?limit=5000')).toEqual([['b', 'a', 'abc', 'd'], 4]);
    expect(await list('?limit=&offset=&searchBy=&orderBy=')).toEqual([['b', 'a', 'abc', 'd'], 4]);
    expect(await list('?searchBy=A')).toEqual([['a', 'abc'], 2]);
    expect(await list('?searchBy=A&limit=1&offset=1')).toEqual([['abc'], 2]);
    expect(await list('?searchBy=theirs')).toEqual([[], 0]);
    expect(await list("?searchBy=' or true --")).toEqual([[], 0]);
    for (const order of ['id', 'author', 'creationDate', 'lastModified'])
      expect(await list(`?orderBy=${order}`)).toEqual([['b', 'a', 'abc', 'd'], 4]);
    await own.db
      .updateTable('catalog')
      .set({ created_at: new Date(0) })
      .where('name', '=', 'd')
      .execute();
    await own.db
      .updateTable('catalog')
      .set({ updated_at: new Date(0) })
      .where('name', '=', 'abc')
      .execute();
    expect(await list('?orderBy=creationDate')).toEqual([['d', 'b', 'a', 'abc'], 4]);
    expect(await list('?orderBy=lastModified')).toEqual([['abc', 'b', 'a', 'd'], 4]);
  });

  it.each([
    ['limit=0', 'limit', 'must be a whole number from 1 to 1000000000'],
    ['limit=-1', 'limit', 'must be a whole number'],
    ['limit=1e300', 'limit', 'must be a whole number'],
    ['limit=abc', 'limit', 'must be a whole number'],
    ['limit=1.5', 'limit', 'must be a whole number'],
    ['limit=NaN', 'limit', 'must be a whole number'],
    ['limit=0x10', 'limit', 'must be a whole number'],
    ['limit=%201', 'limit', 'must be a whole number'],
    ['offset=99999999999999999999', 'offset', 'must be a whole number from 0'],
    ['offset=-1', 'offset', 'must be a whole number from 0'],
    ['offset=1000000001', 'offset', 'must be a whole number from 0'],
    ['limit=1&limit=2', 'limit', 'is given more than once'],
    ['searchBy=a&searchBy=b', 'searchBy', 'is given more than once'],
    ['searchBy=%00', 'searchBy', 'holds a NUL character'],
    ['orderBy=name', 'orderBy', 'must be one of id, author, creationDate, lastModified'],
    ['orderBy=%00', 'orderBy', 'holds a NUL character'],
  ])('refuses ?%s', async (query, field, message) => {
    const answer = await mine.send('GET', `/catalogs/bags?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject(refusal(400, '/catalogs/bags', field, message));
  });
});

describe('a catalog', () => {
  it('is shown, with its columns and key column', async () => {
    const { id, name, path } = await makeCatalog(mine);
    await upload(mine, path, 'id,title\na,b\n', 'id');
    const answer = await mine.send('GET', path);
    expect(answer.json).toMatchObject({
      data: { id, name, primaryKey: { name: 'id', description: '' }, fields: ['id', 'title'] },
      metaData: metaData(1),
    });
    expect((await mine.send('GET', `${path}/keys`)).json).toEqual({
      data: ['id', 'title'],
      metaData: metaData(2),
    });
    expect((await mine.send('GET', `${path}/`)).json).toEqual(answer.json);
  });

  it('is deleted with its items', async () => {
    const { id, path } = await makeCatalog(mine);
    await upload(mine, path, 'id\na\nb\n', 'id');
    const answer = await mine.send('DELETE', path);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.json).toEqual({ data: true, metaData: metaData(1) });
    expect((await mine.send('GET', path)).status).toBe(404);
    expect((await mine.send('DELETE', path)).status).toBe(404);
    const left = server.db.selectFrom('catalog_item').select('id').where('catalog_id', '=', id);
    expect(await left.execute()).toEqual([]);
  });

  it('is deleted with others, each with its own result', async () => {
    const [one, two, theirs] = [await makeCatalog(mine), await makeCatalog(mine), await makeCatalog(other)];
    const answer = await mine.send('DELETE', '/catalogs/bags', {
      json: [String(one.id), two.id, String(theirs.id), '999999999', String(one.id)],
    });
    expect(answer.json).toEqual({
      data: [
        { id: String(one.id), result: true },
        { id: String(two.id), result: true },
        { id: String(theirs.id), result: false },
        { id: '999999999', result: false },
        { id: String(one.id), result: false },
      ],
      metaData: metaData(5),
    });
    expect((await other.send('GET', theirs.path)).status).toBe(200);
  });

  it.each([
    [{}, [], 'The body must be an array'],
    [['1', 'x'], ['[1]'], 'must be the id of a catalog'],
    [[1.5], ['[0]'], 'must be the id of a catalog'],
    [[null], ['[0]'], 'must be the id of a catalog'],
    [['1e300'], ['[0]'], 'must be the id of a catalog'],
    [Array.from({ length: 101 }, (_, n) => n + 1), [], 'at most 100 catalogs; this one has 101'],
  ])('is not deleted by a request that is none (%#)', async (json, fields, message) => {
    const answer = await mine.send('DELETE', '/catalogs/bags', { json });
    expect(answer.json).toMatchObject({ status: 400, message: expect.stringContaining(message) });
    expect(errorsOf(answer).map(({ field }) => field)).toEqual(fields);
  });

  it('of an unknown id is not there, on any path', async () => {
    const theirs = await makeCatalog(other);
    await other.send('POST', `${theirs.path}/items`, { json: { itemKey: 'a', value: { x: 'theirs' } } });
    const item = itemOf(await other.send('GET', `${theirs.path}/items/itemKey/a`));
    const ids = [
      theirs.id,
      999_999_999,
      0,
      -1,
      'x',
      '1e3',
      '0x1',
      '1.0',
      '99999999999999999999',
      '%00',
      "1'",
    ];
    for (const id of ids) {
      const path = `/catalogs/bags/${id}`;
      const json = { itemKey: 'a', value: {} };
      const answers = [
        await mine.send('GET', path),
        await mine.send('DELETE', path),
        await mine.send('GET', `${path}/csv`),
        await mine.send('GET', `${path}/keys`),
        await mine.send('GET', `${path}/items`),
        await mine.send('POST', `${path}/items`, { json }),
        await mine.send('POST', `${path}/items/batch`, { json: [json] }),
        await mine.send('POST', `${path}/items/byIds`, { json: [item.id] }),
        await mine.send('POST', `${path}/items/list`, { json: [item.id] }),
        await mine.send('GET', `${path}/items/${item.id}`),
        await mine.send('DELETE', `${path}/items/${item.id}`),
        await mine.send('GET', `${path}/items/itemKey/a`),
        await mine.send('POST', `${path}/items/upload`, csvForm('key', 'key\na\n')),
      ];
      for (const answer of answers) {
        expect(answer.status).toBe(404);
        expect(answer.json).toMatchObject({ status: 404, message: 'There is no catalog with this id.' });
        expect(answer.text).not.toContain('theirs');
      }
    }
    expect(await valuesOf(other, theirs.path)).toEqual({ a: { x: 'theirs' } });
  });

  it('is behind authentication', async () => {
    const { path } = await makeCatalog(mine);
    for (const authorization of ['', 'Bearer x', 'Basic eDp5']) {
      const headers = { authorization };
      expect((await mine.send('GET', path, { headers })).json).toMatchObject({ status: 401, errors: [] });
      expect((await mine.send('DELETE', path, { headers })).status).toBe(401);
    }
    expect((await mine.send('GET', path)).status).toBe(200);
  });
});
