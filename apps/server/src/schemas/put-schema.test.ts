import { expect, it } from 'vitest';

import { inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { putSchema } from './put-schema.ts';

async function setUp() {
  const database = await testDatabase();
  const workspaceId = await testWorkspace(database.db);
  return {
    put: async (name: string, fields: Record<string, unknown>, id?: string) =>
      await inTransaction(
        database.db,
        async (tx) => await putSchema(tx, new Date(), { workspaceId, id, name, tags: [], fields }),
      ),
    [Symbol.asyncDispose]: async () => await database[Symbol.asyncDispose](),
  };
}

it('a schema that is put is made, changed and left alone', async () => {
  await using it = await setUp();
  const id = newId();
  const fields = { q: { type: 'TEXT' } };
  expect(await it.put('steward', fields, id)).toEqual({ kind: 'created', id });
  expect(await it.put('steward', fields, id)).toEqual({ kind: 'unchanged', id });
  expect(await it.put(' steward ', fields)).toEqual({ kind: 'unchanged', id });
  expect(await it.put('steward', {})).toEqual({ kind: 'updated', id });
  expect(await it.put('renamed', {}, id)).toEqual({ kind: 'updated', id });
  expect(await it.put('renamed', {}, newId())).toEqual({
    kind: 'refused',
    message: `there is a schema of this name with another id, ${id}`,
    errors: [],
  });
  expect(await it.put('renamed', { q: {} })).toMatchObject({
    kind: 'refused',
    errors: [{ field: 'spec.fields.q.type' }],
  });
});

it('is made once by transactions that make it at the same time', async () => {
  await using it = await setUp();
  const outcomes = await Promise.all(Array.from({ length: 5 }, async () => await it.put('steward', {})));
  expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(1);
  expect(outcomes.filter(({ kind }) => kind === 'unchanged')).toHaveLength(4);
});
