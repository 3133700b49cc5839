import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';

import { inTransaction } from '../platform/db/transaction.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testPlatform, testWorkspace } from '../testing/test-platform.ts';
import { findCatalog, listCatalogs } from './catalog-store.ts';
import { findItems } from './find-items.ts';
import { putCatalog } from './put-catalog.ts';

async function setUp() {
  const database = await testDatabase();
  const platform = testPlatform(database.db);
  const workspaceId = await testWorkspace(database.db);
  return {
    db: database.db,
    platform,
    workspaceId,
    put: async (csv: string, keyColumn = 'key', name = 'certificationList') =>
      await inTransaction(
        database.db,
        async (tx) => await putCatalog(tx, platform, { workspaceId, name, keyColumn, csv }),
      ),
    find: async (column: string, items: readonly string[]) =>
      (
        await findItems(
          database.db,
          workspaceId,
          items.map((item) => ({ catalog: 'certificationList', item })),
        )
      ).map((found) => (found.kind === 'found' ? found.value[column] : found.kind)),
    [Symbol.asyncDispose]: async () => await database[Symbol.asyncDispose](),
  };
}

describe('a catalog that is put', () => {
  it('is made, changed and left alone by the same file', async () => {
    await using it = await setUp();
    expect(await it.put('key,accredibleid\na,1\nb,2\n')).toMatchObject({ kind: 'created' });
    expect(await it.put('key,accredibleid\na,1\nb,2\n')).toMatchObject({ kind: 'unchanged' });
    expect(await it.put('key;accredibleid\nb;3\nb;4\n')).toMatchObject({ kind: 'updated' });
    expect(await it.find('accredibleid', ['a', 'b', 'c'])).toEqual(['1', '4', 'no-item']);
    expect(await it.put('key;accredibleid\nb;3\nb;4\n')).toMatchObject({ kind: 'unchanged' });
    expect(await it.put('key,accredibleid,title\n')).toMatchObject({ kind: 'updated' });
    expect(await it.put('key,accredibleid\na,1\n', 'accredibleid')).toMatchObject({ kind: 'updated' });
    expect(await it.put('x\ny\n')).toEqual({
      kind: 'refused',
      message: 'there is no column "key" for the key; the file has x',
    });
    expect(await it.put('key\n\uD800\n')).toMatchObject({ kind: 'refused' });
    expect(await it.put('key\na\n', 'key', 'no spaces')).toMatchObject({ kind: 'refused' });
  });

  it('is not written where nothing is different', async () => {
    await using it = await setUp();
    const rows = Array.from({ length: 2_500 }, (_, index) => `k${index},v${index}`).join('\n');
    await it.put(`key,value\n${rows}`);
    const stored = async () => ({
      catalog: await findCatalog(it.db, it.workspaceId, { name: 'certificationList' }),
      // The place of a row's version: another one where it was written again.
      items: await it.db
        .selectFrom('catalog_item')
        .select(sql<string>`ctid::text`.as('place'))
        .orderBy('item_key')
        .execute(),
    });
    const before = await stored();
    expect(await it.put(`key,value\n${rows}`)).toMatchObject({ kind: 'unchanged' });
    expect(await stored()).toEqual(before);
  });

  it('takes a large file whole, or not at all', async () => {
    await using it = await setUp();
    const rows = Array.from({ length: 5_000 }, (_, index) => `k${index},v${index}`);
    const put = async (lines: readonly string[]) =>
      await inTransaction(it.db, async (tx) => {
        const csv = `key,value\n${lines.join('\n')}`;
        const { platform, workspaceId } = it;
        const outcome = await putCatalog(tx, platform, { workspaceId, name: 'big', keyColumn: 'key', csv });
        if (outcome.kind === 'refused') throw new Error(outcome.message);
        return outcome;
      });
    await expect(put([...rows, 'broken'])).rejects.toThrow('line 5002: the row has 1 cells');
    const count = async () => (await it.db.selectFrom('catalog_item').select('item_key').execute()).length;
    expect(await count()).toBe(0);
    expect((await listCatalogs(it.db, { workspaceId: it.workspaceId, limit: 1, offset: 0 })).total).toBe(0);
    await put(rows);
    expect(await count()).toBe(5_000);
  });

  it('is made once by transactions that make it at the same time', async () => {
    await using it = await setUp();
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, async (_, index) => await it.put(`key,v\nk${index},1\n`)),
    );
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['created', ...Array(4).fill('updated')]);
    expect(await it.find('v', ['k0', 'k1', 'k2', 'k3', 'k4'])).toEqual(['1', '1', '1', '1', '1']);
  });
});
