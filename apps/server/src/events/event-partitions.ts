import { sql } from 'kysely';

import type { Database } from '../platform/db/database.ts';

/** Partitions are made this many months ahead, so that a server whose scheduler stands still has time to be mended. */
const MONTHS_AHEAD = 2;

/**
 * Makes the monthly partitions of `event` from the month of `now` on. Events of a month without one are kept in the
 * default partition: slower to drop, never lost.
 */
export async function ensureEventPartitions(db: Database, now: Date): Promise<void> {
  for (let ahead = 0; ahead <= MONTHS_AHEAD; ahead++) {
    const start = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1));
    const end = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead + 1, 1));
    const name = `event_${start.toISOString().slice(0, 7).replace('-', '_')}`;
    await sql`create table if not exists ${sql.table(name)} partition of event
      for values from (${sql.lit(start.toISOString())}) to (${sql.lit(end.toISOString())})`.execute(db);
  }
}
