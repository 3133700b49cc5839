import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { hubServer } from '../testing/hub-server.ts';
import type { HubClient, HubServer } from '../testing/hub-server.ts';
import { catalogRoutes } from './index.ts';
import { catalogOf, makeCatalog, upload, valuesOf } from './testing/catalog-client.ts';

let server: HubServer;
let mine: HubClient;

beforeAll(async () => {
  server = await hubServer((platform) => [catalogRoutes(platform)]);
  ({ mine } = server);
});
afterAll(async () => await server[Symbol.asyncDispose]());

/** All that a catalog is: its columns, key column and items; not its id and times. */
const contentOf = async (path: string) => ({
  ...(await catalogOf(mine, path)),
  items: await valuesOf(mine, path),
});

async function exported(path: string): Promise<string> {
  const answer = await mine.send('GET', `${path}/csv`);
  expect(answer.headers).toMatchObject({ 'content-type': 'text/csv; charset=utf-8' });
  expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="catalog\d+\.csv"$/);
  return answer.text;
}

async function imported(path: string, itemKey: string, csv: string): Promise<void> {
  expect((await upload(mine, path, csv, itemKey)).text).toBe('true');
}

it('a catalog is exported with item_key before its columns', async () => {
  const { path } = await makeCatalog(mine);
  await imported(path, 'id', 'id,title,cell\nb,"one ""1"", two",\na,=1+1," x"\n');
  expect(await exported(path)).toBe('item_key,id,title,cell\r\na,a,=1+1," x"\r\nb,b,"one ""1"", two",""\r\n');
  expect(await exported((await makeCatalog(mine)).path)).toBe('item_key\r\n');
});

it('what is exported is the same when it is imported, into its catalog or a new one', async () => {
  const { path } = await makeCatalog(mine);
  await imported(path, 'id', 'id,title\na,"1\r\n2"\nb,\n');
  await imported(path, 'id', 'id,more\nc,👩\n');
  const [content, csv] = [await contentOf(path), await exported(path)];
  for (const itemKey of ['id', 'item_key']) {
    await imported(path, itemKey, csv);
    expect(await contentOf(path)).toEqual(content);
    expect(await exported(path)).toBe(csv);
  }
  const { path: fresh } = await makeCatalog(mine);
  await imported(fresh, 'id', csv);
  expect(await contentOf(fresh)).toEqual(content);
  expect(await exported(fresh)).toBe(csv);
});

it('items whose key is in no column are imported by item_key', async () => {
  const { path } = await makeCatalog(mine);
  const json = [
    { itemKey: 'a', value: { title: 'A', item_key: 'other' } },
    { itemKey: 'b', value: {} },
    { itemKey: 'c', value: { title: '' } },
  ];
  await mine.send('POST', `${path}/items/batch`, { json });
  const csv = await exported(path);
  expect(csv).toBe('item_key,title,item_key\r\na,A,other\r\nb,,\r\nc,"",\r\n');
  const { path: fresh } = await makeCatalog(mine);
  await imported(fresh, 'item_key', csv);
  const content = await contentOf(fresh);
  expect(content).toMatchObject({ columns: ['title', 'item_key'], keyColumn: 'item_key' });
  expect(content.items).toEqual(Object.fromEntries(json.map(({ itemKey, value }) => [itemKey, value])));
  expect(await exported(fresh)).toBe(csv);
});

it('what is no text comes back as text', async () => {
  const { path } = await makeCatalog(mine);
  const value = { n: 5, list: ['a', 1], yes: true, nothing: null };
  await mine.send('POST', `${path}/items`, { json: { itemKey: 'a', value } });
  await imported(path, 'item_key', await exported(path));
  expect((await contentOf(path)).items).toEqual({ a: { n: '5', list: '["a",1]', yes: 'true' } });
});

it('any catalog of texts comes back as it was', async () => {
  const text = fc.string({
    unit: fc.constantFrom(
      'a',
      'ž',
      '👩',
      '"',
      ',',
      ';',
      '\t',
      '|',
      '\r',
      '\n',
      ' ',
      '\uFEFF',
      '\u2028',
      "'",
      '=',
      '{{',
    ),
    maxLength: 6,
  });
  const key = text.map((inner) => inner.trim()).filter((inner) => inner !== '');
  const value = fc.record({ one: text, two: text, item_key: text }, { requiredKeys: [] });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.record({ itemKey: key, value }), { selector: (item) => item.itemKey, maxLength: 6 }),
      async (json) => {
        const { path } = await makeCatalog(mine);
        await mine.send('POST', `${path}/items/batch`, { json });
        const csv = await exported(path);
        const { path: fresh } = await makeCatalog(mine);
        await imported(fresh, 'item_key', csv);
        const content = await contentOf(fresh);
        expect(content.items).toEqual(Object.fromEntries(json.map((item) => [item.itemKey, item.value])));
        expect(content.columns).toEqual((await contentOf(path)).columns);
        expect(await exported(fresh)).toBe(csv);
      },
    ),
    { numRuns: 40 },
  );
});
