import { setTimeout as delay } from 'node:timers/promises';

import type { Pool } from 'pg';

export interface Measures {
  /** Outcomes that were unknown and were found by asking the receiver. */
  readonly foundByLookUp: number;
  /** Attempts beyond the first of a step. */
  readonly sentAgain: number;
  /** From the start to the end of a path, of the path where it was longest: one that was taken over is among them. */
  readonly longestPathMs: number;
}

/** What the paths that started since then went through. */
export async function measure(db: Pool, since: Date): Promise<Measures> {
  const { rows } = await db.query<{ found: number; again: number; longest: string | null }>(
    `select
      (select count(*)::int from attempt where sent_at >= $1 and outcome = 'reconciled') as found,
      (select count(*)::int from attempt where sent_at >= $1 and number > 1) as again,
      (select extract(epoch from max(ended_at - started_at)) * 1000 from run where started_at >= $1) as longest`,
    [since],
  );
  const [row] = rows;
  return {
    foundByLookUp: row?.found ?? 0,
    sentAgain: row?.again ?? 0,
    longestPathMs: Number(row?.longest ?? 0),
  };
}

const LOOK_EVERY_MS = 25;

/** How long after now, when something was just killed, the next result of a step is committed, in ms. */
export async function recovery(db: Pool): Promise<number> {
  const began = performance.now();
  let first: number | undefined;
  for (;;) {
    const settled = await settledSteps(db);
    first ??= settled;
    if (first !== undefined && settled !== undefined && settled > first) return performance.now() - began;
    await delay(LOOK_EVERY_MS);
  }
}

/** Undefined while the database is away. */
async function settledSteps(db: Pool): Promise<number | undefined> {
  try {
    const { rows } = await db.query<{ settled: string }>('select sum(executed) as settled from node_minute');
    return Number(rows[0]?.settled ?? 0);
  } catch {
    // It is the one that was killed.
    return undefined;
  }
}
