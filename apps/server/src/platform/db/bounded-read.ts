import { sql } from 'kysely';

import type { Database, Tx } from './database.ts';
import { databaseErrorCode, inTransaction } from './transaction.ts';

/** How long somebody waits for a page. */
const TIMEOUT_MS = 5_000;
const QUERY_CANCELED = '57014';

export type BoundedRead<T> =
  | { readonly kind: 'read'; readonly value: T }
  /** A statement took longer than it may: less has to be asked for. */
  | { readonly kind: 'too-slow' };

/** Reads what may be much, each statement in at most `timeoutMs` (default 5 s). */
export async function boundedRead<T>(
  db: Database,
  read: (tx: Tx) => Promise<T>,
  timeoutMs = TIMEOUT_MS,
): Promise<BoundedRead<T>> {
  try {
    const value = await inTransaction(db, async (tx) => {
      await sql`select set_config('statement_timeout', ${String(timeoutMs)}, true)`.execute(tx);
      return await read(tx);
    });
    return { kind: 'read', value };
  } catch (error) {
    if (databaseErrorCode(error) === QUERY_CANCELED) return { kind: 'too-slow' };
    throw error;
  }
}
