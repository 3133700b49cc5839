import { expect, it } from 'vitest';

import { listSchemas, writeSchema } from '../schemas/schema-store.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testPlatform, testWorkspace } from '../testing/test-platform.ts';
import { findCatalog, insertCatalog, listCatalogs } from './catalog-store.ts';
import { findItems } from './find-items.ts';
import { putCatalog } from './put-catalog.ts';

it('a workspace lists only what is its own, with a filter and without', async () => {
  await using database = await testDatabase();
  const platform = testPlatform(database.db);
  const [mine, other] = [await testWorkspace(database.db), await testWorkspace(database.db)];
  const now = platform.clock.now();
  await database.db.transaction().execute(async (tx) => {
    await insertCatalog(tx, platform.numericIds, now, other, 'theirs');
    await writeSchema(tx, now, other, other, { name: 'theirs', tags: [], fields: {} });
  });
  for (const filter of ['', 'their']) {
    const page = { limit: 10, offset: 0 };
    expect(await listCatalogs(database.db, { workspaceId: mine, search: filter, ...page })).toEqual({
      catalogs: [],
      total: 0,
    });
    expect(await listSchemas(database.db, { workspaceId: mine, name: filter, ...page })).toEqual({
      schemas: [],
      total: 0,
    });
    expect((await listCatalogs(database.db, { workspaceId: other, search: filter, ...page })).total).toBe(1);
    expect((await listSchemas(database.db, { workspaceId: other, name: filter, ...page })).total).toBe(1);
  }
});

it('an import keeps the columns that are there, and mixed line ends are read', async () => {
  await using database = await testDatabase();
  const platform = testPlatform(database.db);
  const workspaceId = await testWorkspace(database.db);
  const put = async (csv: string) =>
    await database.db
      .transaction()
      .execute(
        async (tx) => await putCatalog(tx, platform, { workspaceId, name: 'c', keyColumn: 'key', csv }),
      );
  await put('key,a\nx,1\r\ny,2\n');
  await put('key,b\r\nz,3\n');
  expect((await findCatalog(database.db, workspaceId, { name: 'c' }))?.columns).toEqual(['key', 'a', 'b']);
  const found = await findItems(database.db, workspaceId, [
    { catalog: 'c', item: 'x' },
    { catalog: 'c', item: 'a\0b' },
  ]);
  expect(found).toEqual([{ kind: 'found', value: { key: 'x', a: '1' } }, { kind: 'no-item' }]);
});
