import { afterAll, beforeAll, expect, it } from 'vitest';

import { hubServer } from '../testing/hub-server.ts';
import type { HubAnswer, HubClient, HubServer } from '../testing/hub-server.ts';
import { catalogRoutes } from './index.ts';
import { catalogOf, makeCatalog, pageOf, upload } from './testing/catalog-client.ts';

let server: HubServer;
let mine: HubClient;
/** The same workspace through another process's eyes: nothing but the database is shared. */
let second: HubClient;

beforeAll(async () => {
  server = await hubServer((platform) => [catalogRoutes(platform)]);
  ({ mine, second } = server);
});
afterAll(async () => await server[Symbol.asyncDispose]());

const ROWS = 3_000;
const fileOf = (mark: string): string =>
  `key,mark\n${Array.from({ length: ROWS }, (_, n) => `k${n},${mark}\n`).join('')}`;

async function marks(id: number): Promise<Map<string, number>> {
  const rows = await server.db
    .selectFrom('catalog_item')
    .select('value')
    .where('catalog_id', '=', id)
    .execute();
  const counts = new Map<string, number>();
  for (const { value } of rows) {
    const mark = String(Reflect.get(Object(value), 'mark'));
    counts.set(mark, (counts.get(mark) ?? 0) + 1);
  }
  return counts;
}

it('imports into one catalog at once leave it as one of them has it', async () => {
  const { id, path } = await makeCatalog(mine);
  const files = ['a', 'b', 'c', 'd'].map(fileOf);
  // The second file is turned round: two that each hold what the other wants would end each other.
  files[1] = `key,mark\n${fileOf('b').split('\n').slice(1).toReversed().join('\n')}`;
  const answers = await Promise.all(
    files.map(async (csv, n) => await upload(n % 2 === 0 ? mine : second, path, csv)),
  );
  expect(answers.map(({ text }) => text)).toEqual(['true', 'true', 'true', 'true']);
  expect([...(await marks(id)).values()]).toEqual([ROWS]);
});

it('a catalog that is deleted during an import is gone with all of its items', async () => {
  for (let round = 0; round < 6; round++) {
    const { id, path } = await makeCatalog(mine);
    const importing = upload(mine, path, fileOf('a'));
    const writing = second.send('POST', `${path}/items`, { json: { itemKey: 'x', value: { mark: 'x' } } });
    const deleting = (round % 2 === 0 ? mine : second).send('DELETE', path);
    const answers: HubAnswer[] = await Promise.all([importing, writing, deleting]);
    expect(answers[2]?.status).toBe(200);
    for (const { status } of answers.slice(0, 2)) expect([200, 404]).toContain(status);
    expect(await marks(id)).toEqual(new Map());
    expect((await mine.send('GET', path)).status).toBe(404);
  }
});

it('items that are added at once, with new columns each, are all there', async () => {
  const { id, path } = await makeCatalog(mine);
  const answers = await Promise.all(
    Array.from(
      { length: 40 },
      async (_, n) =>
        await (n % 2 === 0 ? mine : second).send('POST', `${path}/items`, {
          json: { itemKey: `k${n}`, value: { mark: 'x', [`c${n}`]: n } },
        }),
    ),
  );
  expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['true']));
  expect(await marks(id)).toEqual(new Map([['x', 40]]));
  const { columns } = await catalogOf(mine, path);
  expect(columns.toSorted()).toEqual(['mark', ...Array.from({ length: 40 }, (_, n) => `c${n}`)].toSorted());
});

it('while a catalog is locked, the others and what is only read are answered', async () => {
  const { id, path } = await makeCatalog(mine);
  const free = await makeCatalog(mine);
  let waiting: Promise<HubAnswer>[] = [];
  await server.db.transaction().execute(async (tx) => {
    await tx.selectFrom('catalog').select('id').where('id', '=', id).forUpdate().execute();
    // Each of these would take one of the ten connections of the test's pool.
    waiting = Array.from(
      { length: 20 },
      async (_, n) => await mine.send('POST', `${path}/items`, { json: { itemKey: `k${n}`, value: {} } }),
    );
    const item = { json: { itemKey: 'a', value: {} } };
    expect((await mine.send('POST', `${free.path}/items`, item)).text).toBe('true');
    expect(pageOf(await mine.send('GET', `${path}/items`))).toEqual([[], 0]);
  });
  expect(new Set((await Promise.all(waiting)).map(({ text }) => text))).toEqual(new Set(['true']));
});
