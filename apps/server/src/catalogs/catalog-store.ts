import { sql } from 'kysely';

import type { Queryable, Tx } from '../platform/db/database.ts';
import type { NumericIds } from '../platform/ids.ts';

export interface Catalog {
  readonly id: number;
  readonly name: string;
  readonly keyColumn: string | undefined;
  readonly columns: readonly string[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The name is an identifier in templates: `{% catalogitem.NAME(key) %}`. */
export const CATALOG_NAME = /^[A-Za-z0-9_]{1,100}$/;

const COLUMNS = ['id', 'name', 'key_column', 'columns', 'created_at', 'updated_at'] as const;

interface Row {
  id: number;
  name: string;
  key_column: string | null;
  columns: string[];
  created_at: Date;
  updated_at: Date;
}

function catalogOf(row: Row): Catalog {
  return {
    id: row.id,
    name: row.name,
    keyColumn: row.key_column ?? undefined,
    columns: row.columns,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export type CatalogOrder = 'id' | 'created_at' | 'updated_at';

export async function listCatalogs(
  db: Queryable,
  query: {
    workspaceId: string;
    limit: number;
    offset: number;
    /** A part of the name, in any case. */
    search?: string | undefined;
    orderBy?: CatalogOrder;
  },
): Promise<{ catalogs: Catalog[]; total: number }> {
  const matching = db
    .selectFrom('catalog')
    .where('workspace_id', '=', query.workspaceId)
    // Within parentheses: what stands beside it keeps the workspaces apart.
    .where(
      sql<boolean>`(position(lower(${query.search ?? ''}) in lower(name)) > 0 or ${query.search ?? ''} = '')`,
    );
  const rows = await matching
    .select(COLUMNS)
    .orderBy(query.orderBy ?? 'id')
    .orderBy('id')
    .limit(query.limit)
    .offset(query.offset)
    .execute();
  const { total } = await matching
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { catalogs: rows.map(catalogOf), total };
}

export async function findCatalog(
  db: Queryable,
  workspaceId: string,
  by: { id: number } | { name: string },
): Promise<Catalog | undefined> {
  const select = db.selectFrom('catalog').select(COLUMNS).where('workspace_id', '=', workspaceId);
  const row = await (
    'id' in by ? select.where('id', '=', by.id) : select.where('name', '=', by.name)
  ).executeTakeFirst();
  return row === undefined ? undefined : catalogOf(row);
}

/** Makes a catalog; undefined where the name is taken. */
export async function insertCatalog(
  tx: Tx,
  numericIds: NumericIds,
  now: Date,
  workspaceId: string,
  name: string,
): Promise<Catalog | undefined> {
  const row = await tx
    .insertInto('catalog')
    .values({
      workspace_id: workspaceId,
      id: await numericIds.next('catalog'),
      name,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'name']).doNothing())
    .returning(COLUMNS)
    .executeTakeFirst();
  return row === undefined ? undefined : catalogOf(row);
}

/**
 * Locks a catalog until the transaction ends, so that writes to it come one after the other; undefined where it is gone.
 * The catalog is as it is under the lock.
 */
export async function lockCatalog(tx: Tx, workspaceId: string, id: number): Promise<Catalog | undefined> {
  const row = await tx
    .selectFrom('catalog')
    .select(COLUMNS)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row === undefined ? undefined : catalogOf(row);
}

/** Deletes a catalog with its items; false where there is none. */
export async function deleteCatalog(tx: Tx, workspaceId: string, id: number): Promise<boolean> {
  // Waits for an import that is under way, whose items would otherwise stay behind.
  if ((await lockCatalog(tx, workspaceId, id)) === undefined) return false;
  await tx
    .deleteFrom('catalog_item')
    .where('workspace_id', '=', workspaceId)
    .where('catalog_id', '=', id)
    .execute();
  await tx.deleteFrom('catalog').where('workspace_id', '=', workspaceId).where('id', '=', id).execute();
  return true;
}

/** Writes what a change of its items made of a catalog that is locked. */
export async function updateCatalog(
  tx: Tx,
  now: Date,
  workspaceId: string,
  catalog: Pick<Catalog, 'id' | 'columns' | 'keyColumn'>,
): Promise<void> {
  await tx
    .updateTable('catalog')
    .set({ columns: [...catalog.columns], key_column: catalog.keyColumn ?? null, updated_at: now })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', catalog.id)
    .execute();
}

/** The columns of a catalog, in their order, and those that are new behind them. */
export function widened(catalog: Catalog, columns: Iterable<string>): readonly string[] {
  return [...new Set([...catalog.columns, ...columns])];
}
