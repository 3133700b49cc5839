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

/**
 * Looks items up by catalog name and key: one query, however many. Answers in the order of the requests. An item that is
 * asked for several times is read once: renderings ask for the same few, and an item can have 1 MiB.
 */
export async function findItems(
  db: Queryable,
  workspaceId: string,
  requests: readonly ItemRequest[],
): Promise<FoundItem[]> {
  if (requests.length === 0) return [];
  const places = new Map<string, number>();
  const distinct: ItemRequest[] = [];
  const placeOf = requests.map((request) => {
    const [catalog, item] = [plain(request.catalog), plain(request.item)];
    const name = `${catalog}\0${item}`;
    const place = places.get(name) ?? distinct.push({ catalog, item }) - 1;
    places.set(name, place);
    return place;
  });
  const { rows } = await sql<{ known: boolean; value: unknown }>`
    select c.id is not null as known, i.value
    from unnest(${distinct.map(({ catalog }) => catalog)}::text[], ${distinct.map(({ item }) => item)}::text[])
      with ordinality as r(catalog, item, n)
    left join catalog c on c.workspace_id = ${workspaceId} and c.name = r.catalog
    left join catalog_item i on i.workspace_id = c.workspace_id and i.catalog_id = c.id and i.item_key = r.item
    order by r.n`.execute(db);
  const found = rows.map(({ known, value }): FoundItem => {
    if (!known) return { kind: 'no-catalog' };
    return typeof value === 'object' && value !== null
      ? { kind: 'found', value: { ...value } }
      : { kind: 'no-item' };
  });
  return placeOf.map((place) => found[place] ?? { kind: 'no-catalog' });
}

/** No name and no key holds a NUL, which the database refuses: such a look-up must not fail the others. */
function plain(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}
