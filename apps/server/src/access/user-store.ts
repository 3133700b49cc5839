import type { Queryable, Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';

export interface User {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly passwordHash: string;
}

/** A name is unique on the whole server, so it leads to the workspace. */
export async function findUser(db: Queryable, name: string): Promise<User | undefined> {
  const row = await db
    .selectFrom('workspace_user')
    .select(['id', 'workspace_id', 'name', 'password_hash'])
    .where('name', '=', name)
    .executeTakeFirst();
  return row === undefined
    ? undefined
    : { id: row.id, workspaceId: row.workspace_id, name: row.name, passwordHash: row.password_hash };
}

/** Answers false where there is a user of this name. */
export async function insertUser(db: Queryable, user: Omit<User, 'id'>): Promise<boolean> {
  const result = await db
    .insertInto('workspace_user')
    .values({
      id: newId(),
      workspace_id: user.workspaceId,
      name: user.name,
      password_hash: user.passwordHash,
    })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** Keeps the password as it is until the transaction ends. False where it has been changed since it was read. */
export async function holdPassword(tx: Tx, user: User): Promise<boolean> {
  const row = await tx
    .selectFrom('workspace_user')
    .select('id')
    .where('workspace_id', '=', user.workspaceId)
    .where('id', '=', user.id)
    .where('password_hash', '=', user.passwordHash)
    .forShare()
    .executeTakeFirst();
  return row !== undefined;
}

export async function updatePassword(tx: Tx, user: User, passwordHash: string, at: Date): Promise<void> {
  await tx
    .updateTable('workspace_user')
    .set({ password_hash: passwordHash, password_changed_at: at })
    .where('workspace_id', '=', user.workspaceId)
    .where('id', '=', user.id)
    .execute();
}
