import { describe, expect, it } from 'vitest';

import { testDatabase } from '../../testing/test-database.ts';
import { inTransaction } from '../db/transaction.ts';
import { newId } from '../ids.ts';
import { SecretBox } from './secret-box.ts';
import { rewrapWorkspaceKeys, workspaceKey } from './workspace-key.ts';

const first = new SecretBox('one master key, long enough for it');
const second = new SecretBox('another master key, long enough for it');

describe('the key of a workspace', () => {
  it('is made once, also by two at the same moment', async () => {
    await using database = await testDatabase();
    const id = newId();
    const keys = await Promise.all([1, 2, 3, 4].map(async () => await workspaceKey(database.db, first, id)));
    const sealed = keys[0]!.seal('k3y ✓', 'connection 1');
    for (const key of keys) expect(key.open(sealed, 'connection 1')).toBe('k3y ✓');
    expect(await database.db.selectFrom('workspace_key').selectAll().execute()).toHaveLength(1);
  });

  it('opens nothing of another workspace, nothing for another purpose, nothing changed', async () => {
    await using database = await testDatabase();
    const [one, two] = await Promise.all([
      workspaceKey(database.db, first, newId()),
      workspaceKey(database.db, first, newId()),
    ]);
    const sealed = one.seal('k3y', 'connection 1');
    expect(() => two.open(sealed, 'connection 1')).toThrow('authenticate');
    expect(() => one.open(sealed, 'connection 2')).toThrow('authenticate');
    expect(() => one.open(first.seal('k3y', 'connection 1'), 'connection 1')).toThrow('unknown format');
    for (let index = 0; index < sealed.length; index++) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => one.open(changed, 'connection 1')).toThrow(/authenticate|unknown format/);
    }
  });

  it('is bound to its workspace: a wrapped key in the row of another one does not open', async () => {
    await using database = await testDatabase();
    const [one, two] = [newId(), newId()];
    await workspaceKey(database.db, first, one);
    await workspaceKey(database.db, first, two);
    const { wrapped } = await database.db
      .selectFrom('workspace_key')
      .select('wrapped')
      .where('workspace_id', '=', one)
      .executeTakeFirstOrThrow();
    await database.db.updateTable('workspace_key').set({ wrapped }).execute();
    await expect(workspaceKey(database.db, first, two)).rejects.toThrow('authenticate');
  });

  it('can be wrapped under another master key: what it seals stays readable', async () => {
    await using database = await testDatabase();
    const ids = [newId(), newId(), newId()];
    const sealed = await Promise.all(
      ids.map(async (id) => (await workspaceKey(database.db, first, id)).seal(id, 'purpose')),
    );
    const rewrapped = await inTransaction(
      database.db,
      async (tx) => await rewrapWorkspaceKeys(tx, first, second),
    );
    expect(rewrapped).toBe(3);
    for (const [index, id] of ids.entries()) {
      const key = await workspaceKey(database.db, second, id);
      expect(key.open(sealed[index]!, 'purpose')).toBe(id);
      await expect(workspaceKey(database.db, first, id)).rejects.toThrow('authenticate');
    }
  });

  it('is not rewrapped from a wrong master key, nor is any other', async () => {
    await using database = await testDatabase();
    const id = newId();
    const sealed = (await workspaceKey(database.db, first, id)).seal('k3y', 'purpose');
    await workspaceKey(database.db, second, newId());
    await expect(
      inTransaction(database.db, async (tx) => await rewrapWorkspaceKeys(tx, first, second)),
    ).rejects.toThrow('authenticate');
    expect((await workspaceKey(database.db, first, id)).open(sealed, 'purpose')).toBe('k3y');
  });
});
