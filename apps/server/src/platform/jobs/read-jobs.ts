import { sql } from 'kysely';

import type { Queryable } from '../db/database.ts';
import { JOB_SCHEMA } from './job-queue.ts';

/** Not finished, failed or cancelled. */
const LIVE = sql`('created', 'retry', 'active')`;

/** Of these jobs of a queue, those that are still to be done, by id, with when they are due. */
export async function liveJobs(
  db: Queryable,
  queue: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ id: string; start_after: Date }>`
    select j.id, j.start_after from unnest(${ids}::uuid[]) as t(id)
    join ${sql.table(`${JOB_SCHEMA}.job`)} j on j.name = ${queue} and j.id = t.id
    where j.state in ${LIVE}`.execute(db);
  return new Map(rows.map((row) => [row.id, row.start_after]));
}

export interface QueueLag {
  /** How many jobs are due and have not been claimed. */
  readonly due: number;
  /** Since when the first of them is due. */
  readonly oldest: Date | undefined;
}

/** What of a queue waits to be claimed. Reads every job that is due: for people who ask, not for each second. */
export async function readLag(db: Queryable, queue: string): Promise<QueueLag> {
  const { rows } = await sql<{ due: number; oldest: Date | null }>`
    select count(*)::integer as due, min(start_after) as oldest from ${sql.table(`${JOB_SCHEMA}.job`)}
    where name = ${queue} and state in ('created', 'retry') and start_after <= now()`.execute(db);
  return { due: rows[0]?.due ?? 0, oldest: rows[0]?.oldest ?? undefined };
}
