import { sql } from 'kysely';

import type { Database, Queryable, Tx } from '../platform/db/database.ts';
import { readLag } from '../platform/jobs/read-jobs.ts';
import type { QueueLag } from '../platform/jobs/read-jobs.ts';
import { findLost, MARGIN_MS } from './find-lost.ts';
import type { WalkPlace } from './find-lost.ts';
import { STEP_QUEUE } from './step-job.ts';
import { findLeftovers, LEFTOVER_TABLES } from './sweep-leftovers.ts';

const PAGE_ROWS = 2_000;

export interface StateCount {
  readonly state: string;
  readonly count: number;
}

/** How runs and steps are, with what is wrong with them. */
export interface RunHealth {
  readonly runs: readonly StateCount[];
  /** Of running runs. */
  readonly openSteps: readonly StateCount[];
  readonly lag: QueueLag;
  /** What the reaper would mend. */
  readonly lostJobs: number;
  readonly lateJobs: number;
  readonly lostRuns: number;
  readonly leftovers: number;
  /** Requests without an outcome, whose time is over, and that nobody has asked about. */
  readonly silentRequests: number;
  /** Steps that wait for a workflow that is not paused. */
  readonly strandedSteps: number;
}

/** Reads every run: for people who ask. Changes nothing. */
export async function readHealth(db: Database, now: Date): Promise<RunHealth> {
  const lost = { lostJobs: 0, lateJobs: 0, lostRuns: 0 };
  let place: WalkPlace | undefined;
  do {
    const from = place;
    // One view of steps and jobs: between two, a step may get its next job.
    const page = await inOneView(db, async (tx) => await findLost(tx, now, from, PAGE_ROWS));
    lost.lostJobs += page.steps.filter((step) => step.lost === 'job').length;
    lost.lateJobs += page.steps.filter((step) => step.lost === 'deadline').length;
    lost.lostRuns += page.runs.length;
    place = page.next;
  } while (place !== undefined);
  return {
    ...lost,
    runs: await countRuns(db),
    openSteps: await countOpenSteps(db),
    lag: await readLag(db, STEP_QUEUE),
    leftovers: await countLeftovers(db),
    silentRequests: await countSilentRequests(db, new Date(now.getTime() - MARGIN_MS)),
    strandedSteps: await countStrandedSteps(db),
  };
}

async function inOneView<T>(db: Database, read: (tx: Tx) => Promise<T>): Promise<T> {
  return await db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read);
}

async function countRuns(db: Queryable): Promise<StateCount[]> {
  const { rows } = await sql<StateCount>`
    select state, count(*) as count from run group by state order by count desc, state`.execute(db);
  return rows;
}

async function countOpenSteps(db: Queryable): Promise<StateCount[]> {
  const { rows } = await sql<StateCount>`
    select s.state, count(*) as count from run r
    join run_step s on s.workspace_id = r.workspace_id and s.profile_id = r.profile_id and s.run_id = r.id
      and s.left_at is null
    where r.state = 'running' group by s.state order by count desc, s.state`.execute(db);
  return rows;
}

async function countLeftovers(db: Queryable): Promise<number> {
  let count = 0;
  for (const table of LEFTOVER_TABLES) {
    let key: readonly string[] | undefined;
    do {
      const page = await findLeftovers(db, table, key, PAGE_ROWS);
      count += page.leftovers.length;
      key = page.next;
    } while (key !== undefined);
  }
  return count;
}

async function countSilentRequests(db: Queryable, before: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from run r
    join run_step s on s.workspace_id = r.workspace_id and s.profile_id = r.profile_id and s.run_id = r.id
      and s.left_at is null
    join attempt a on a.workspace_id = s.workspace_id and a.profile_id = s.profile_id and a.run_id = s.run_id
      and a.step_id = s.id
    where r.state = 'running' and a.outcome is null and a.expires_at < ${before}`.execute(db);
  return rows[0]?.count ?? 0;
}

async function countStrandedSteps(db: Queryable): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from parked_step p
    join run_step s on s.workspace_id = p.workspace_id and s.profile_id = p.profile_id and s.run_id = p.run_id
      and s.id = p.step_id and s.left_at is null
    join run r on r.workspace_id = p.workspace_id and r.profile_id = p.profile_id and r.id = p.run_id
      and r.state = 'running'
    left join workflow w on w.workspace_id = p.workspace_id and w.id = p.workflow_id
    where w.status is distinct from 'paused'`.execute(db);
  return rows[0]?.count ?? 0;
}
