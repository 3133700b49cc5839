import type { SecretBox } from '../platform/crypto/secret-box.ts';
import type { Queryable, Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import { connectionSettingsSchema } from './connection.ts';
import type { ConnectionSettings, OpenConnection } from './connection.ts';

export interface ConnectionSummary {
  readonly id: string;
  readonly name: string;
  readonly settings: ConnectionSettings;
}

const purposeOf = (workspaceId: string, id: string): string => `connection ${workspaceId} ${id}`;

/** The connections of a workspace, without their secrets. */
export async function listConnections(db: Queryable, workspaceId: string): Promise<ConnectionSummary[]> {
  const rows = await db
    .selectFrom('connection')
    .select(['id', 'name', 'settings'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('name')
    .execute();
  return rows.map(({ id, name, settings }) => ({
    id,
    name,
    settings: connectionSettingsSchema.parse(settings),
  }));
}

/** Connections ready for sending, by id; those that do not exist are left out. */
export async function openConnections(
  db: Queryable,
  secrets: SecretBox,
  workspaceId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, OpenConnection>> {
  const rows = await db
    .selectFrom('connection')
    .select(['id', 'settings', 'sealed'])
    .where('workspace_id', '=', workspaceId)
    .where('id', 'in', ids)
    .execute();
  return new Map(
    rows.map(({ id, settings, sealed }) => [
      id,
      {
        id,
        settings: connectionSettingsSchema.parse(settings),
        token: sealed === null ? undefined : secrets.open(sealed, purposeOf(workspaceId, id)),
      },
    ]),
  );
}

/**
 * Makes or changes the connection of a name. `token` absent keeps the present one; a connection that authenticates
 * by token needs one when it is made.
 */
export async function putConnection(
  tx: Tx,
  secrets: SecretBox,
  now: Date,
  input: { workspaceId: string; name: string; settings: ConnectionSettings; token?: string | undefined },
): Promise<{ kind: 'created' | 'updated' | 'unchanged'; id: string } | { kind: 'token-missing' }> {
  const { workspaceId, name, settings, token } = input;
  const existing = await tx
    .selectFrom('connection')
    .select(['id', 'settings', 'sealed'])
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirst();
  const id = existing?.id ?? newId();
  const before =
    existing === undefined || existing.sealed === null
      ? undefined
      : secrets.open(existing.sealed, purposeOf(workspaceId, id));
  const kept = settings.authentication === 'none' ? undefined : (token ?? before);
  if (settings.authentication === 'token' && kept === undefined) return { kind: 'token-missing' };
  const same =
    existing !== undefined &&
    kept === before &&
    JSON.stringify(connectionSettingsSchema.parse(existing.settings)) === JSON.stringify(settings);
  if (same) return { kind: 'unchanged', id };
  const values = {
    settings: JSON.stringify(settings),
    sealed: kept === undefined ? null : secrets.seal(kept, purposeOf(workspaceId, id)),
    updated_at: now,
  };
  await tx
    .insertInto('connection')
    .values({ workspace_id: workspaceId, id, name, created_at: now, ...values })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'id']).doUpdateSet(values))
    .execute();
  return { kind: existing === undefined ? 'created' : 'updated', id };
}
