import type { Queryable, Tx } from '../platform/db/database.ts';

export interface SessionRow {
  readonly workspaceId: string;
  readonly userId: string;
  readonly userName: string;
  readonly createdAt: Date;
  readonly usedAt: Date;
}

export async function insertSession(
  tx: Tx,
  session: { digest: Buffer; workspaceId: string; userId: string; at: Date },
): Promise<void> {
  await tx
    .insertInto('user_session')
    .values({
      digest: session.digest,
      workspace_id: session.workspaceId,
      user_id: session.userId,
      created_at: session.at,
      used_at: session.at,
    })
    .execute();
}

/** The session of a digest, whether or not it still holds. */
export async function findSession(db: Queryable, digest: Buffer): Promise<SessionRow | undefined> {
  return await db
    .selectFrom('user_session')
    .innerJoin('workspace_user', (join) =>
      join
        .onRef('workspace_user.workspace_id', '=', 'user_session.workspace_id')
        .onRef('workspace_user.id', '=', 'user_session.user_id'),
    )
    .select([
      'user_session.workspace_id as workspaceId',
      'user_session.user_id as userId',
      'workspace_user.name as userName',
      'user_session.created_at as createdAt',
      'user_session.used_at as usedAt',
    ])
    .where('user_session.digest', '=', digest)
    .executeTakeFirst();
}

export async function touchSession(db: Queryable, digest: Buffer, at: Date): Promise<void> {
  await db
    .updateTable('user_session')
    .set({ used_at: at })
    .where('digest', '=', digest)
    .where('used_at', '<', at)
    .execute();
}

export async function deleteSession(db: Queryable, digest: Buffer): Promise<void> {
  await db.deleteFrom('user_session').where('digest', '=', digest).execute();
}

/** Deletes the sessions of a user: all of them, or those that were made or used last before an instant. */
export async function deleteSessionsOf(
  tx: Tx,
  user: { readonly id: string; readonly workspaceId: string },
  before?: { readonly created: Date; readonly used: Date },
): Promise<void> {
  let query = tx
    .deleteFrom('user_session')
    .where('workspace_id', '=', user.workspaceId)
    .where('user_id', '=', user.id);
  if (before !== undefined) {
    query = query.where((where) =>
      where.or([where('created_at', '<=', before.created), where('used_at', '<=', before.used)]),
    );
  }
  await query.execute();
}
