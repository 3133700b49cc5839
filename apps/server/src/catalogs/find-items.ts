import { sql } from 'kysely';

import type { Queryable } from '../platform/db/database.ts';

export interface ItemRequest {
  readonly catalog: string;
  readonly item: string;
}

export type FoundItem =
  | { readonly kind: 'found'; readonly value: Readonly<Record<string, unknown>> }
  | { readonly kind: 'no-item' }
  | { readonly kind: 'no-catalog' };

/** Looks items up by catalog name and key: one query, however many. Answers in the order of the requests. */
export async function findItems(
  db: Queryable,
  workspaceId: string,
  requests: readonly ItemRequest[],
): Promise<FoundItem[]> {
  if (requests.length === 0) return [];
  const { rows } = await sql<{ n: number; known: boolean; value: unknown }>`
    select r.n::int as n, c.id is not null as known, i.value
    from unnest(${requests.map(({ catalog }) => plain(catalog))}::text[], ${requests.map(({ item }) => plain(item))}::text[])
      with ordinality as r(catalog, item, n)
    left join catalog c on c.workspace_id = ${workspaceId} and c.name = r.catalog
    left join catalog_item i on i.workspace_id = c.workspace_id and i.catalog_id = c.id and i.item_key = r.item
    order by r.n`.execute(db);
  return rows.map(({ known, value }): FoundItem => {
    if (!known) return { kind: 'no-catalog' };
    return typeof value === 'object' && value !== null
      ? { kind: 'found', value: { ...value } }
      : { kind: 'no-item' };
  });
}

/** No name and no key holds a NUL, which the database refuses: such a look-up must not fail the others. */
function plain(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}
