import { sql } from 'kysely';

import type { Queryable } from '../platform/db/database.ts';
import { liveJobs } from '../platform/jobs/read-jobs.ts';
import { STEP_QUEUE } from './step-job.ts';

/**
 * How long something must have been wrong before it counts: what is wrong is written in one transaction, so nothing of
 * this is seen while all is well; the margin is for clocks that differ.
 */
export const MARGIN_MS = 60_000;

export interface RunIds {
  readonly workspaceId: string;
  readonly workflowId: string;
  readonly profileId: string;
  readonly runId: string;
}

export interface LostStep extends RunIds {
  readonly stepId: string;
  /** `job`: no job will take it up. `deadline`: its job comes only after the deadline of its run. */
  readonly lost: 'job' | 'deadline';
  readonly jobId: string | undefined;
  /** When it is to be taken up; undefined: at once. */
  readonly startAfter: Date | undefined;
}

/** Where a walk over the running runs is. */
export interface WalkPlace {
  /** As PostgreSQL writes it: a `Date` would lose the microseconds. */
  readonly deadlineAt: string;
  readonly runId: string;
}

export interface LostPage {
  readonly steps: readonly LostStep[];
  /** Running runs that are at no step. */
  readonly runs: readonly RunIds[];
  /** Where to go on; undefined: these were the last. */
  readonly next: WalkPlace | undefined;
}

interface Row {
  workspace_id: string;
  workflow_id: string;
  profile_id: string;
  run_id: string;
  deadline_at: string;
  is_overdue: boolean;
  started_long_ago: boolean;
  step_id: string | null;
  state: string | null;
  job_id: string | null;
  entered_long_ago: boolean | null;
  start_after: Date | null;
  is_parked: boolean;
}

/**
 * Looks at the next `limit` running runs, by their deadlines, for what nothing would ever take up. It reads only: what is
 * found may be gone when it is mended.
 */
export async function findLost(
  db: Queryable,
  now: Date,
  from: WalkPlace | undefined,
  limit: number,
): Promise<LostPage> {
  const rows = await loadRows(db, now, from, limit);
  const live = await liveJobs(
    db,
    STEP_QUEUE,
    rows.flatMap((row) => row.job_id ?? []),
  );
  const steps = rows.flatMap((row): LostStep[] => {
    if (row.step_id === null || row.entered_long_ago !== true || row.is_parked) return [];
    const found = {
      ...idsOf(row),
      stepId: row.step_id,
      jobId: row.job_id ?? undefined,
      startAfter: row.start_after ?? undefined,
    };
    const dueAt = row.job_id === null ? undefined : live.get(row.job_id);
    if (dueAt === undefined) return [{ ...found, lost: 'job' }];
    // A request whose outcome is unknown is followed up, whatever the deadline, at a time that has its reason.
    return row.is_overdue && dueAt > now && row.state !== 'checking' ? [{ ...found, lost: 'deadline' }] : [];
  });
  const runs = rows.filter((row) => row.step_id === null && row.started_long_ago).map(idsOf);
  const last = rows.at(-1);
  const seen = new Set(rows.map((row) => row.run_id)).size;
  const next =
    last === undefined || seen < limit ? undefined : { deadlineAt: last.deadline_at, runId: last.run_id };
  return { steps, runs, next };
}

function idsOf(row: Row): RunIds {
  return {
    workspaceId: row.workspace_id,
    workflowId: row.workflow_id,
    profileId: row.profile_id,
    runId: row.run_id,
  };
}

async function loadRows(
  db: Queryable,
  now: Date,
  from: WalkPlace | undefined,
  limit: number,
): Promise<Row[]> {
  const before = new Date(now.getTime() - MARGIN_MS);
  // The first condition is the one that the index `run_running` begins with.
  const behind =
    from === undefined
      ? sql`true`
      : sql`deadline_at >= ${from.deadlineAt}::timestamptz
          and (deadline_at, id) > (${from.deadlineAt}::timestamptz, ${from.runId}::uuid)`;
  const { rows } = await sql<Row>`
    select r.workspace_id, r.workflow_id, r.profile_id, r.id as run_id, r.deadline_at::text as deadline_at,
      r.deadline_at < ${before} as is_overdue, r.started_at < ${before} as started_long_ago,
      s.id as step_id, s.state, s.job_id, s.entered_at < ${before} as entered_long_ago,
      case when r.deadline_at > ${now} and s.due_at is not null then least(s.due_at, r.deadline_at) end as start_after,
      p.step_id is not null as is_parked
    from (
      select workspace_id, workflow_id, profile_id, id, deadline_at, started_at from run
      where state = 'running' and ${behind}
      order by deadline_at, id limit ${limit}) r
    left join run_step s on s.workspace_id = r.workspace_id and s.profile_id = r.profile_id and s.run_id = r.id
      and s.left_at is null
    left join parked_step p on p.workspace_id = r.workspace_id and p.workflow_id = r.workflow_id
      and p.profile_id = r.profile_id and p.run_id = r.id and p.step_id = s.id
    order by r.deadline_at, r.id`.execute(db);
  return rows;
}
