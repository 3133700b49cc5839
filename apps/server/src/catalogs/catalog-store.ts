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

export interface Item {
  readonly id: number;
  readonly itemKey: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The name is an identifier in templates: `{% catalogitem.NAME(key) %}`. */
export const CATALOG_NAME = /^[A-Za-z0-9_]{1,100}$/;

const CATALOG_COLUMNS = ['id', 'name', 'key_column', 'columns', 'created_at', 'updated_at'] as const;

interface CatalogRow {
  id: number;
  name: string;
  key_column: string | null;
  columns: string[];
  created_at: Date;
  updated_at: Date;
}

function catalogOf(row: CatalogRow): Catalog {
  return {
    id: row.id,
    name: row.name,
    keyColumn: row.key_column ?? undefined,
    columns: row.columns,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export async function listCatalogs(
  db: Queryable,
  query: { workspaceId: string; limit: number; offset: number; search?: string | undefined },
): Promise<{ catalogs: Catalog[]; total: number }> {
  const matching = db
    .selectFrom('catalog')
    .where('workspace_id', '=', query.workspaceId)
    // Within parentheses: what stands beside it keeps the workspaces apart.
    .where(
      sql<boolean>`(position(lower(${query.search ?? ''}) in lower(name)) > 0 or ${query.search ?? ''} = '')`,
    );
  const rows = await matching
    .select(CATALOG_COLUMNS)
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
  const select = db.selectFrom('catalog').select(CATALOG_COLUMNS).where('workspace_id', '=', workspaceId);
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
    .returning(CATALOG_COLUMNS)
    .executeTakeFirst();
  return row === undefined ? undefined : catalogOf(row);
}

export async function deleteCatalog(tx: Tx, workspaceId: string, id: number): Promise<boolean> {
  // Waits for an import that is under way, whose items would otherwise stay behind.
  if (!(await lockCatalog(tx, workspaceId, id))) return false;
  await tx
    .deleteFrom('catalog_item')
    .where('workspace_id', '=', workspaceId)
    .where('catalog_id', '=', id)
    .execute();
  const gone = await tx
    .deleteFrom('catalog')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
  return gone.numDeletedRows === 1n;
}

/** Locks the catalog until the transaction ends, so that writes to it come one after the other. False: it is gone. */
export async function lockCatalog(tx: Tx, workspaceId: string, id: number): Promise<boolean> {
  const row = await tx
    .selectFrom('catalog')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row !== undefined;
}

/** Adds to the columns of a catalog that is locked; those that it has stay, in their order. */
export async function addColumns(
  tx: Tx,
  now: Date,
  input: { workspaceId: string; id: number; columns: readonly string[]; keyColumn?: string },
): Promise<void> {
  const before = await findCatalog(tx, input.workspaceId, { id: input.id });
  await tx
    .updateTable('catalog')
    .set({
      columns: [...new Set([...(before?.columns ?? []), ...input.columns])],
      updated_at: now,
      ...(input.keyColumn !== undefined && { key_column: input.keyColumn }),
    })
    .where('workspace_id', '=', input.workspaceId)
    .where('id', '=', input.id)
    .execute();
}

export interface WriteItem {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Writes items whole, over those with the same key. The keys of one call must differ. */
export async function writeItems(
  tx: Tx,
  numericIds: NumericIds,
  now: Date,
  target: { workspaceId: string; catalogId: number },
  items: readonly WriteItem[],
): Promise<void> {
  if (items.length === 0) return;
  const ids = await numericIds.take('catalog-item', items.length);
  await sql`
    insert into catalog_item as c (workspace_id, catalog_id, item_key, id, value, created_at, updated_at)
    select ${target.workspaceId}, ${target.catalogId}, k, i, v, ${now}, ${now} from unnest(
      ${items.map(({ key }) => key)}::text[], ${ids}::bigint[],
      ${items.map(({ value }) => JSON.stringify(value))}::jsonb[]) as t(k, i, v)
    on conflict (workspace_id, catalog_id, item_key) do update
      set value = excluded.value, updated_at = excluded.updated_at
      where c.value is distinct from excluded.value`.execute(tx);
}

const ITEM_COLUMNS = ['id', 'item_key', 'value', 'created_at', 'updated_at'] as const;

interface ItemRow {
  id: number;
  item_key: string;
  value: unknown;
  created_at: Date;
  updated_at: Date;
}

function itemOf(row: ItemRow): Item {
  const value = typeof row.value === 'object' && row.value !== null ? { ...row.value } : {};
  return { id: row.id, itemKey: row.item_key, value, createdAt: row.created_at, updatedAt: row.updated_at };
}

export async function listItems(
  db: Queryable,
  query: {
    workspaceId: string;
    catalogId: number;
    key?: string | undefined;
    search?: string | undefined;
    limit: number;
    offset: number;
  },
): Promise<{ items: Item[]; total: number }> {
  let matching = db
    .selectFrom('catalog_item')
    .where('workspace_id', '=', query.workspaceId)
    .where('catalog_id', '=', query.catalogId);
  if (query.key !== undefined) matching = matching.where('item_key', '=', query.key);
  if (query.search !== undefined) {
    matching = matching.where(
      sql<boolean>`position(lower(${query.search}) in lower(item_key || ' ' || value::text)) > 0`,
    );
  }
  const rows = await matching
    .select(ITEM_COLUMNS)
    .orderBy('id')
    .limit(query.limit)
    .offset(query.offset)
    .execute();
  const { total } = await matching
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { items: rows.map(itemOf), total };
}
