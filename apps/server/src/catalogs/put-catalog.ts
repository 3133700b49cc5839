import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

import { sql } from 'kysely';

import type { Tx } from '../platform/db/database.ts';
import type { Platform } from '../platform/platform.ts';
import { CATALOG_NAME, findCatalog, insertCatalog } from './catalog-store.ts';
import { importCsv } from './import-csv.ts';
import { CsvRefusal } from './read-csv.ts';

export type PutCatalogOutcome =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly id: number }
  | { readonly kind: 'refused'; readonly message: string };

/** Makes the catalog of a name, or imports the rows into the one that is there. */
export async function putCatalog(
  tx: Tx,
  platform: Platform,
  input: { workspaceId: string; name: string; keyColumn: string; csv: string },
): Promise<PutCatalogOutcome> {
  const { workspaceId, name, keyColumn, csv } = input;
  if (!CATALOG_NAME.test(name)) {
    return { kind: 'refused', message: 'its name may hold only letters without diacritics, digits and "_"' };
  }
  const existing = await findCatalog(tx, workspaceId, { name });
  const catalog =
    existing ?? (await insertCatalog(tx, platform.numericIds, platform.clock.now(), workspaceId, name));
  if (catalog === undefined) throw new Error(`catalog ${name} was made by another transaction`);
  const before = existing === undefined ? '' : await digestOf(tx, workspaceId, catalog.id);
  try {
    await importCsv(tx, platform, { workspaceId, catalogId: catalog.id, keyColumn }, Readable.from([csv]));
  } catch (error) {
    if (error instanceof CsvRefusal) return { kind: 'refused', message: error.message };
    throw error;
  }
  if (existing === undefined) return { kind: 'created', id: catalog.id };
  const same = before === (await digestOf(tx, workspaceId, catalog.id)) && existing.keyColumn === keyColumn;
  return { kind: same ? 'unchanged' : 'updated', id: catalog.id };
}

async function digestOf(tx: Tx, workspaceId: string, catalogId: number): Promise<string> {
  const { rows } = await sql<{ item_key: string; value: unknown }>`
    select item_key, value from catalog_item
    where workspace_id = ${workspaceId} and catalog_id = ${catalogId} order by item_key`.execute(tx);
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
}
