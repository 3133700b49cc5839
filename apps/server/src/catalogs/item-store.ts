import { sql } from 'kysely';

import type { Queryable, Tx } from '../platform/db/database.ts';
import type { NumericIds } from '../platform/ids.ts';

export interface Item {
  readonly id: number;
  readonly itemKey: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The items of one catalog. */
export interface CatalogScope {
  readonly workspaceId: string;
  readonly catalogId: number;
}

export interface WriteItem {
  readonly key: string;
  /** The value as JSON: an object. */
  readonly json: string;
}

/**
 * Writes items whole, over those with the same key. The keys of one call must differ. Answers how many items are new or
 * have another value than before.
 */
export async function writeItems(
  tx: Tx,
  numericIds: NumericIds,
  now: Date,
  scope: CatalogScope,
  items: readonly WriteItem[],
): Promise<number> {
  if (items.length === 0) return 0;
  const ids = await numericIds.take('catalog-item', items.length);
  const { numAffectedRows } = await sql`
    insert into catalog_item as c (workspace_id, catalog_id, item_key, id, value, created_at, updated_at)
    select ${scope.workspaceId}, ${scope.catalogId}, k, i, v, ${now}, ${now} from unnest(
      ${items.map(({ key }) => key)}::text[], ${ids}::bigint[],
      ${items.map(({ json }) => json)}::jsonb[]) as t(k, i, v)
    on conflict (workspace_id, catalog_id, item_key) do update
      set value = excluded.value, updated_at = excluded.updated_at
      where c.value is distinct from excluded.value`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/** False where there is no such item. */
export async function deleteItem(tx: Tx, scope: CatalogScope, id: number): Promise<boolean> {
  const gone = await tx
    .deleteFrom('catalog_item')
    .where('workspace_id', '=', scope.workspaceId)
    .where('catalog_id', '=', scope.catalogId)
    .where('id', '=', id)
    .executeTakeFirst();
  return gone.numDeletedRows === 1n;
}

/** An item and how many bytes its value has: enough to read a page in parts that fit into memory. */
export interface ItemSize {
  readonly id: number;
  readonly itemKey: string;
  readonly bytes: number;
}

const SIZE = sql<number>`octet_length(value::text)`.as('bytes');

/** A page of items by id, and how many there are on all pages. */
export async function listItems(
  db: Queryable,
  query: CatalogScope & {
    key?: string | undefined;
    /** A part of the key or of a cell, in any case. */
    search?: string | undefined;
    limit: number;
    offset: number;
  },
): Promise<{ items: ItemSize[]; total: number }> {
  let matching = db
    .selectFrom('catalog_item')
    .where('workspace_id', '=', query.workspaceId)
    .where('catalog_id', '=', query.catalogId);
  if (query.key !== undefined) matching = matching.where('item_key', '=', query.key);
  if (query.search !== undefined) {
    matching = matching.where(
      sql<boolean>`(position(lower(${query.search}) in lower(item_key)) > 0 or exists (
        select from jsonb_each_text(value) as cell(name, text)
        where position(lower(${query.search}) in lower(cell.text)) > 0))`,
    );
  }
  const rows = await matching
    .select(['id', 'item_key as itemKey', SIZE])
    .orderBy('id')
    .limit(query.limit)
    .offset(query.offset)
    .execute();
  const { total } = await matching
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { items: rows, total };
}

/** The next items by key, after one. */
export async function listItemsAfter(
  db: Queryable,
  scope: CatalogScope,
  after: string,
  limit: number,
): Promise<ItemSize[]> {
  return await db
    .selectFrom('catalog_item')
    .select(['id', 'item_key as itemKey', SIZE])
    .where('workspace_id', '=', scope.workspaceId)
    .where('catalog_id', '=', scope.catalogId)
    .where('item_key', '>', after)
    .orderBy('item_key')
    .limit(limit)
    .execute();
}

/** How large the items of these ids are, in the order of their ids; unknown ids are left out. */
export async function sizesOfItems(
  db: Queryable,
  scope: CatalogScope,
  ids: readonly number[],
): Promise<ItemSize[]> {
  return await db
    .selectFrom('catalog_item')
    .select(['id', 'item_key as itemKey', SIZE])
    .where('workspace_id', '=', scope.workspaceId)
    .where('catalog_id', '=', scope.catalogId)
    .where(sql<boolean>`id = any(${ids}::bigint[])`)
    .orderBy('id')
    .execute();
}

/** Most bytes of values that are read at once; a larger item is read alone. */
const PART_BYTES = 4 * 1024 * 1024;

/**
 * The items of a page, in its order, read in parts of at most 4 MiB: a page of 1,000 items can have 1 GiB. What was
 * deleted in the meantime is left out.
 */
export async function* readItems(
  db: Queryable,
  scope: CatalogScope,
  page: readonly ItemSize[],
): AsyncGenerator<readonly Item[]> {
  for (let start = 0; start < page.length;) {
    let end = start + 1;
    for (let bytes = page[start]?.bytes ?? 0; end < page.length; end++) {
      bytes += page[end]?.bytes ?? 0;
      if (bytes > PART_BYTES) break;
    }
    const ids = page.slice(start, end).map(({ id }) => id);
    const rows = await db
      .selectFrom('catalog_item')
      .select(['id', 'item_key', 'value', 'created_at', 'updated_at'])
      .where('workspace_id', '=', scope.workspaceId)
      .where('catalog_id', '=', scope.catalogId)
      .where(sql<boolean>`id = any(${ids}::bigint[])`)
      .execute();
    const items = new Map(rows.map((row) => [row.id, itemOf(row)]));
    yield ids.flatMap((id) => items.get(id) ?? []);
    start = end;
  }
}

interface Row {
  id: number;
  item_key: string;
  value: unknown;
  created_at: Date;
  updated_at: Date;
}

function itemOf(row: Row): Item {
  const value = typeof row.value === 'object' && row.value !== null ? { ...row.value } : {};
  return { id: row.id, itemKey: row.item_key, value, createdAt: row.created_at, updatedAt: row.updated_at };
}
