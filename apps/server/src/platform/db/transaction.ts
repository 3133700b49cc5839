import type { Database, Tx } from './database.ts';
import { pipelinedTransaction } from './pipelined-transaction.ts';

/** Serialization failure and deadlock: the same transaction can succeed when it is run again. */
const RETRYABLE = new Set(['40001', '40P01']);
const ATTEMPTS = 6;

/** Thrown in a transaction that met the unfinished work of another: run again, it sees the result. */
export class ConcurrentWriteError extends Error {
  readonly code = '40001';
}

/**
 * Runs `work` in one transaction, again from the start where the database asks for it. `work` must therefore have
 * no effect outside the transaction.
 */
export async function inTransaction<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await pipelinedTransaction(db, work);
    } catch (error) {
      if (attempt >= ATTEMPTS || !RETRYABLE.has(databaseErrorCode(error) ?? '')) throw error;
    }
  }
}

/** The SQLSTATE of an error of the database, where it is one. */
export function databaseErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
