import { Readable } from 'node:stream';

import { openDatabase } from '../../platform/db/database.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { testPlatform, testWorkspace } from '../../testing/test-platform.ts';
import { findCatalog, insertCatalog } from '../catalog-store.ts';
import { exportCsv } from '../export-csv.ts';
import { importCsv } from '../import-csv.ts';

/**
 * A program that imports 200 MB and exports them again, and prints how much more memory that took than a small file:
 * `node import-large-rows.ts DATABASE_URL`.
 */
const connectionString = process.argv[2] ?? '';
const database = openDatabase(connectionString);
const { db } = database;
const platform = testPlatform(db);
const workspaceId = await testWorkspace(db);

async function measure(name: string, sizes: readonly number[]): Promise<object> {
  const made = await inTransaction(
    db,
    async (tx) => await insertCatalog(tx, platform.numericIds, platform.clock.now(), workspaceId, name),
  );
  if (made === undefined) throw new Error(`there is a catalog ${name}`);
  const target = { workspaceId, catalogId: made.id, keyColumn: 'key' };
  const imported = await inTransaction(
    db,
    async (tx) => await importCsv(tx, platform, target, Readable.from(file(sizes))),
  );
  const catalog = await findCatalog(db, workspaceId, { name });
  if (catalog === undefined) throw new Error(`the catalog ${name} is gone`);
  let exported = 0;
  for await (const part of exportCsv(db, workspaceId, catalog)) exported += String(part).length;
  return { imported, exported };
}

/** A file with a row of each size, as a disk gives it: in chunks that do not end where rows do. */
async function* file(sizes: readonly number[]): AsyncGenerator<Buffer> {
  let rest = Buffer.from('key,text\n');
  for (const [row, size] of sizes.entries()) {
    const text = Buffer.alloc(size, String(row * 7_919 + 1));
    rest = Buffer.concat([rest, Buffer.from(`k${row},`), text, Buffer.from('\n')]);
    for (; rest.length >= 65_536; rest = rest.subarray(65_536)) yield rest.subarray(0, 65_536);
  }
  yield rest;
}

await measure('small', Array<number>(1_000).fill(100));
const before = process.resourceUsage().maxRSS;
const result = await measure('large', [
  ...Array<number>(150).fill(1_000_000),
  ...Array<number>(10_000).fill(5_000),
]);
const megabytes = Math.round((process.resourceUsage().maxRSS - before) / 1024);
process.stdout.write(JSON.stringify({ ...result, megabytes }));
await database.close();
