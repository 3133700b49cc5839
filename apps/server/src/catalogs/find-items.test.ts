import { expect, it } from 'vitest';

import { inTransaction } from '../platform/db/transaction.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testPlatform, testWorkspace } from '../testing/test-platform.ts';
import { findItems } from './find-items.ts';
import { putCatalog } from './put-catalog.ts';

it('answers each look-up in its place, by exact name and key and within the workspace', async () => {
  await using database = await testDatabase();
  const platform = testPlatform(database.db);
  const workspaceId = await testWorkspace(database.db);
  const csv = 'key,title\na,A\n"{{ b }}","👩 ""B"" }}"\n';
  await inTransaction(
    database.db,
    async (tx) => await putCatalog(tx, platform, { workspaceId, name: 'list', keyColumn: 'key', csv }),
  );
  const find = async (id: string, ...requests: [catalog: string, item: string][]) =>
    (
      await findItems(
        database.db,
        id,
        requests.map(([catalog, item]) => ({ catalog, item })),
      )
    ).map((found) => (found.kind === 'found' ? found.value['title'] : found.kind));
  expect(
    await find(
      workspaceId,
      ['list', 'a'],
      ['List', 'a'],
      ['list', 'A'],
      ['list', '{{ b }}'],
      ['list', 'a'],
      ['list', 'a\0'],
      ['list\0', 'a'],
      ['list', '\uD800'],
      ['', ''],
      ['list', ' a'],
    ),
  ).toEqual([
    'A',
    'no-catalog',
    'no-item',
    '👩 "B" }}',
    'A',
    'no-item',
    'no-catalog',
    'no-item',
    'no-catalog',
    'no-item',
  ]);
  expect(await find(workspaceId)).toEqual([]);
  expect(await find(await testWorkspace(database.db), ['list', 'a'])).toEqual(['no-catalog']);
});
