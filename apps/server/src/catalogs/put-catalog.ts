import { Readable } from 'node:stream';

import type { Tx } from '../platform/db/database.ts';
import { ConcurrentWriteError } from '../platform/db/transaction.ts';
import type { Platform } from '../platform/platform.ts';
import { CATALOG_NAME, findCatalog, insertCatalog } from './catalog-store.ts';
import { CsvRefusal } from './csv-refusal.ts';
import { importCsv } from './import-csv.ts';

export type PutCatalogOutcome =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly id: number }
  | { readonly kind: 'refused'; readonly message: string };

/**
 * Makes the catalog of a name, or imports the rows into the one that is there. Part of the caller's transaction, which
 * rolls back where it is refused.
 */
export async function putCatalog(
  tx: Tx,
  platform: Platform,
  input: { workspaceId: string; name: string; keyColumn: string; csv: string },
): Promise<PutCatalogOutcome> {
  const { workspaceId, name, keyColumn, csv } = input;
  if (!CATALOG_NAME.test(name)) {
    return { kind: 'refused', message: 'its name may hold only letters without diacritics, digits and "_"' };
  }
  if (!csv.isWellFormed()) return { kind: 'refused', message: 'its CSV holds half of a surrogate pair' };
  const existing = await findCatalog(tx, workspaceId, { name });
  const catalog =
    existing ?? (await insertCatalog(tx, platform.numericIds, platform.clock.now(), workspaceId, name));
  if (catalog === undefined)
    throw new ConcurrentWriteError(`catalog ${name} was made by another transaction`);
  try {
    const target = { workspaceId, catalogId: catalog.id, keyColumn };
    const outcome = await importCsv(tx, platform, target, Readable.from([csv]));
    if (outcome.kind === 'no-catalog')
      throw new ConcurrentWriteError(`catalog ${name} was deleted by another transaction`);
    if (existing === undefined) return { kind: 'created', id: catalog.id };
    return { kind: outcome.changed ? 'updated' : 'unchanged', id: catalog.id };
  } catch (error) {
    if (error instanceof CsvRefusal) return { kind: 'refused', message: error.message };
    throw error;
  }
}
