import { connectionSettingsSchema } from '@laurel/contract';
import type { ConnectionSettings } from '@laurel/contract';
import { sql } from 'kysely';

import type { Queryable, Tx } from '../platform/db/database.ts';

/** A connection without its secret. */
export interface Connection {
  readonly workspaceId: string;
  readonly id: string;
  readonly name: string;
  readonly settings: ConnectionSettings;
  /** Until when a replaced secret goes on signing. */
  readonly previousSecretUntil: Date | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const SHOWN = [
  'workspace_id',
  'id',
  'name',
  'settings',
  'previous_secret_until',
  'created_at',
  'updated_at',
] as const;

interface ShownRow {
  workspace_id: string;
  id: string;
  name: string;
  settings: unknown;
  previous_secret_until: Date | null;
  created_at: Date;
  updated_at: Date;
}

function connectionOf(row: ShownRow): Connection {
  return {
    workspaceId: row.workspace_id,
    id: row.id,
    name: row.name,
    settings: connectionSettingsSchema.parse(row.settings),
    previousSecretUntil: row.previous_secret_until ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** The connections of a workspace by name, without their secrets. */
export async function listConnections(db: Queryable, workspaceId: string): Promise<Connection[]> {
  const rows = await db
    .selectFrom('connection')
    .select(SHOWN)
    .where('workspace_id', '=', workspaceId)
    .orderBy('name')
    .execute();
  return rows.map(connectionOf);
}

export async function findConnection(
  db: Queryable,
  workspaceId: string,
  by: { readonly id: string } | { readonly name: string },
): Promise<Connection | undefined> {
  const select = db.selectFrom('connection').select(SHOWN).where('workspace_id', '=', workspaceId);
  const row = await (
    'id' in by ? select.where('id', '=', by.id) : select.where('name', '=', by.name)
  ).executeTakeFirst();
  return row && connectionOf(row);
}

/** A row with all that sending by the connection needs. Health is null before the first outcome. */
export interface SendingRow {
  id: string;
  name: string;
  settings: unknown;
  sealed: Buffer | null;
  previous_secret_until: Date | null;
  revision: number;
  wrapped: Buffer | null;
  openings: number | null;
  retry_at: Date | null;
  probe_until: Date | null;
}

/** Connections with their sealed secrets and the state of their breakers, in one query. */
export async function readForSending(
  db: Queryable,
  workspaceId: string,
  ids: readonly string[],
): Promise<SendingRow[]> {
  const { rows } = await sql<SendingRow>`
    select c.id, c.name, c.settings, c.sealed, c.previous_secret_until, c.revision, k.wrapped,
      h.openings, h.retry_at, h.probe_until
    from connection c
    left join workspace_key k on k.workspace_id = c.workspace_id
    left join connection_health h on h.workspace_id = c.workspace_id and h.connection_id = c.id
    where c.workspace_id = ${workspaceId} and c.id = any(${[...ids]}::uuid[])`.execute(db);
  return rows;
}

/** Serialises the writers of a workspace's connections, who are people: names stay unique without catching an error. */
export async function lockConnections(tx: Tx, workspaceId: string): Promise<void> {
  await tx.selectFrom('workspace').select('id').where('id', '=', workspaceId).forNoKeyUpdate().execute();
}

export interface WrittenConnection {
  readonly workspaceId: string;
  readonly id: string;
  readonly name: string;
  readonly settings: ConnectionSettings;
  readonly sealed: Buffer | null;
  readonly previousSecretUntil: Date | undefined;
}

export async function writeConnection(tx: Tx, now: Date, connection: WrittenConnection): Promise<void> {
  const values = {
    name: connection.name,
    settings: JSON.stringify(connection.settings),
    sealed: connection.sealed,
    previous_secret_until: connection.previousSecretUntil ?? null,
    updated_at: now,
  };
  await tx
    .insertInto('connection')
    .values({ workspace_id: connection.workspaceId, id: connection.id, created_at: now, ...values })
    .onConflict((conflict) =>
      conflict
        .columns(['workspace_id', 'id'])
        .doUpdateSet((eb) => ({ ...values, revision: eb('connection.revision', '+', 1) })),
    )
    .execute();
}

/** Deletes a connection with all that is kept of it. */
export async function eraseConnection(tx: Tx, workspaceId: string, id: string): Promise<void> {
  for (const table of ['connection_window', 'connection_health'] as const) {
    await tx
      .deleteFrom(table)
      .where('workspace_id', '=', workspaceId)
      .where('connection_id', '=', id)
      .execute();
  }
  await tx.deleteFrom('connection').where('workspace_id', '=', workspaceId).where('id', '=', id).execute();
}
