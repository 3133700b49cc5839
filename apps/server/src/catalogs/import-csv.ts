import type { Readable } from 'node:stream';

import type { Tx } from '../platform/db/database.ts';
import type { Platform } from '../platform/platform.ts';
import { lockCatalog, addColumns, writeItems } from './catalog-store.ts';
import type { WriteItem } from './catalog-store.ts';
import { CsvRefusal, readCsv } from './read-csv.ts';

/** Rows in one statement. */
const BATCH = 1_000;

/**
 * Imports a CSV file into a catalog as part of the caller's transaction: each row is written over the item of the same
 * key, items that the file does not name stay. Throws `CsvRefusal` where the file is not a whole table, after which the
 * caller rolls back: nothing is half-imported. Where a key comes twice, the last row counts. Memory is bounded by the
 * batch. Answers the number of rows.
 */
export async function importCsv(
  tx: Tx,
  platform: Platform,
  target: { workspaceId: string; catalogId: number; keyColumn: string },
  file: Readable,
): Promise<number> {
  const { workspaceId, catalogId, keyColumn } = target;
  const now = platform.clock.now();
  if (!(await lockCatalog(tx, workspaceId, catalogId)))
    throw new CsvRefusal('the catalog was deleted in the meantime');
  let columns: readonly string[] = [];
  let rows = 0;
  let batch = new Map<string, WriteItem>();
  const flush = async (): Promise<void> => {
    await writeItems(tx, platform.numericIds, now, { workspaceId, catalogId }, [...batch.values()]);
    batch = new Map();
  };
  for await (const { key, value } of readCsv(file, keyColumn)) {
    if (rows === 0) columns = Object.keys(value);
    rows++;
    batch.set(key, { key, value });
    if (batch.size >= BATCH) await flush();
  }
  await flush();
  if (rows > 0) await addColumns(tx, now, { workspaceId, id: catalogId, columns, keyColumn });
  return rows;
}
