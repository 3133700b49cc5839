import { sql } from 'kysely';
import { expect, it, vi } from 'vitest';

import type { Tx } from '../platform/db/database.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { deleteSegment, listSegments, saveSegment, segmentOf } from './segment-store.ts';
import { conditionOf } from './testing/condition-of.ts';
import { NOW } from './testing/sample-values.ts';

async function store() {
  const database = await testDatabase();
  const { db } = database;
  const workspaceId = await testWorkspace(db);
  const saveIn = async (tx: Tx, name: string, tag: string, id?: string) =>
    await saveSegment(tx, NOW, { workspaceId, id, name, condition: conditionOf({ all: [{ tag }] }) });
  return {
    db,
    workspaceId,
    saveIn,
    save: async (name: string, tag: string, id?: string) =>
      await inTransaction(db, async (tx) => await saveIn(tx, name, tag, id)),
    [Symbol.asyncDispose]: async () => await database[Symbol.asyncDispose](),
  };
}

it('is made, changed, and left alone where nothing changes', async () => {
  await using it = await store();
  const made = await it.save('People', 'vip');
  if (made.kind !== 'created') throw new Error(made.kind);
  const { id } = made.segment;
  expect(made.segment).toMatchObject({ name: 'People', condition: { all: [{ tag: 'vip', has: true }] } });
  expect(await it.save('People', 'vip', id)).toEqual({ kind: 'unchanged', segment: made.segment });
  expect(await it.save('Persons', 'new', id)).toMatchObject({
    kind: 'updated',
    segment: { id, name: 'Persons' },
  });
  expect(await segmentOf(it.db, it.workspaceId, id)).toMatchObject({ name: 'Persons', createdAt: NOW });
});

it('keeps names apart, also of those who make one at the same time', async () => {
  await using it = await store();
  let commit = (): void => undefined;
  const committed = new Promise<void>((resolve) => (commit = resolve));
  const first = inTransaction(it.db, async (tx) => {
    const outcome = await it.saveIn(tx, 'People', 'vip');
    await committed;
    return outcome.kind;
  });
  const second = it.save('People', 'vip');
  await vi.waitFor(async () => {
    const { rows } = await sql`
      select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
      it.db,
    );
    expect(rows).toHaveLength(1);
  });
  commit();
  expect([await first, (await second).kind]).toEqual(['created', 'name-taken']);
  const other = await it.save('Others', 'vip');
  if (other.kind !== 'created') throw new Error(other.kind);
  expect(await it.save('People', 'vip', other.segment.id)).toEqual({ kind: 'name-taken' });
  expect((await listSegments(it.db, it.workspaceId)).map(({ name }) => name)).toEqual(['Others', 'People']);
});

it('is not deleted while a workflow uses it', async () => {
  await using it = await store();
  const made = await it.save('People', 'vip');
  if (made.kind !== 'created') throw new Error(made.kind);
  const { id } = made.segment;
  const remove = async (usedBy: { workflowId: string; name: string }[]) =>
    await inTransaction(it.db, async (tx) => await deleteSegment(tx, it.workspaceId, id, async () => usedBy));
  const use = { workflowId: id, name: 'Issue' };
  expect(await remove([use])).toEqual({ kind: 'in-use', usedBy: [use] });
  expect(await remove([])).toEqual({ kind: 'deleted' });
  expect(await remove([])).toEqual({ kind: 'missing' });
});
