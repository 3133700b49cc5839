import type { Readable } from 'node:stream';

import type { Tx } from '../platform/db/database.ts';
import type { Platform } from '../platform/platform.ts';
import { lockCatalog, updateCatalog, widened } from './catalog-store.ts';
import type { Catalog } from './catalog-store.ts';
import { CsvRefusal } from './csv-refusal.ts';
import { MAX_COLUMNS, MAX_VALUE_BYTES } from './item-rules.ts';
import { writeItems } from './item-store.ts';
import type { CatalogScope, WriteItem } from './item-store.ts';
import { readCsv } from './read-csv.ts';
import type { CsvPart } from './read-csv.ts';

/** Rows in one statement. */
const BATCH_ROWS = 1_000;
/**
 * Bytes of values in one statement, which has each of them several times over: without this bound 200 MB of large rows
 * took 500 MB more memory than small ones, with it 140, and 70 where the heap is kept at 48 MB.
 */
const BATCH_BYTES = 2 * 1024 * 1024;

export type ImportOutcome =
  /** `changed`: whether anything is different from before. */
  | { readonly kind: 'imported'; readonly rows: number; readonly changed: boolean }
  | { readonly kind: 'no-catalog' };

/**
 * Imports a CSV file into a catalog as part of the caller's transaction: each row is written over the item of the same
 * key, items that the file does not name stay. Throws `CsvRefusal` where the file is not a whole table, after which the
 * caller rolls back: nothing is half-imported. Where a key comes twice, the last row counts. Memory is bounded by the
 * batch.
 */
export async function importCsv(
  tx: Tx,
  platform: Platform,
  target: CatalogScope & { readonly keyColumn: string },
  file: Readable,
): Promise<ImportOutcome> {
  const { workspaceId, catalogId, keyColumn } = target;
  const now = platform.clock.now();
  const before = await lockCatalog(tx, workspaceId, catalogId);
  if (before === undefined) {
    file.destroy();
    return { kind: 'no-catalog' };
  }
  let { columns, keyColumn: keyColumnAfter } = before;
  let rows = 0;
  let changes = 0;
  const batch = new Batch();
  const flush = async (): Promise<void> => {
    changes += await writeItems(tx, platform.numericIds, now, { workspaceId, catalogId }, batch.take());
  };
  for await (const part of readCsv(file, keyColumn)) {
    if (part.kind === 'header') {
      columns = columnsAfter(before, part);
      // The key of an export is no column of the catalog: importing one leaves the key column alone.
      keyColumnAfter = part.keyColumn ?? before.keyColumn ?? keyColumn;
    } else {
      rows++;
      batch.add(part);
      if (batch.full) await flush();
    }
  }
  await flush();
  const changed =
    changes > 0 || columns.length > before.columns.length || keyColumnAfter !== before.keyColumn;
  if (changed)
    await updateCatalog(tx, now, workspaceId, { id: catalogId, columns, keyColumn: keyColumnAfter });
  return { kind: 'imported', rows, changed };
}

function columnsAfter(catalog: Catalog, header: CsvPart & { kind: 'header' }): readonly string[] {
  const columns = widened(catalog, header.columns);
  if (columns.length <= MAX_COLUMNS) return columns;
  throw new CsvRefusal(`with these the catalog would have more than ${MAX_COLUMNS} columns`, {
    line: header.line,
  });
}

/** The rows that are written next, the last one of each key. */
class Batch {
  #items = new Map<string, WriteItem>();
  #bytes = 0;

  get full(): boolean {
    return this.#items.size >= BATCH_ROWS || this.#bytes >= BATCH_BYTES;
  }

  add({ key, value, line }: CsvPart & { kind: 'row' }): void {
    const json = JSON.stringify(value);
    const bytes = Buffer.byteLength(json);
    if (bytes > MAX_VALUE_BYTES)
      throw new CsvRefusal(`the row is larger than ${MAX_VALUE_BYTES / 1024 / 1024} MiB as JSON`, { line });
    this.#bytes += bytes;
    this.#items.set(key, { key, json });
  }

  take(): WriteItem[] {
    const items = [...this.#items.values()];
    this.#items = new Map();
    this.#bytes = 0;
    return items;
  }
}
