import { sql } from 'kysely';

import type { Queryable } from '../platform/db/database.ts';
import type { WorkflowKey } from '../workflows/index.ts';
import type { StepJob } from './step-job.ts';

/** How many runs one transaction deals with. */
export const INSIDE_ROWS = 500;

/** A run that is not over, with the step that it is in. */
export interface InsideRun {
  readonly profileId: string;
  readonly runId: string;
  readonly version: number;
  readonly triggerNodeId: string;
  readonly deadlineAt: Date;
  /** Why it goes no further already; undefined: it goes on. */
  readonly stopReason: string | undefined;
  /** Undefined in the moment between two steps, which nobody else can see. */
  readonly step: InsideStep | undefined;
}

export interface InsideStep {
  readonly stepId: string;
  readonly nodeId: string;
  readonly state: string;
  readonly dueAt: Date | undefined;
  /** The job that takes it up; undefined where it is parked. */
  readonly jobId: string | undefined;
  /** A request left, and whether it was carried out is not known. */
  readonly unknownRequest: boolean;
}

/** A run whose step is known. */
export type RunAtStep = InsideRun & { readonly step: InsideStep };

export interface InsideQuery extends WorkflowKey {
  /** Only runs that are on another version than this. Default: all. */
  readonly exceptVersion?: number | undefined;
  /** Also runs that go no further already and only wait. Default: only those that would go on. */
  readonly withWaiting?: boolean;
  /** Only runs behind this one, in the order of their ids. */
  readonly after: string | undefined;
}

interface Row {
  profile_id: string;
  run_id: string;
  version: number;
  trigger_node_id: string;
  deadline_at: Date;
  stop_reason: string | null;
  step_id: string | null;
  node_id: string | null;
  state: string | null;
  due_at: Date | null;
  job_id: string | null;
  unknown_request: boolean;
}

/** That the newest attempt of a step `s` has no outcome. */
export const UNKNOWN_REQUEST = sql`coalesce((
  select a.outcome is null or a.outcome = 'unknown' from attempt a
  where a.workspace_id = s.workspace_id and a.profile_id = s.profile_id and a.run_id = s.run_id and a.step_id = s.id
  order by a.number desc limit 1), false)`;

/** The next runs inside a workflow, at most `INSIDE_ROWS`, in the order of their ids. */
export async function loadInside(db: Queryable, query: InsideQuery): Promise<InsideRun[]> {
  const { workspaceId, workflowId, exceptVersion, withWaiting = false, after } = query;
  const conditions = [
    sql`r.workspace_id = ${workspaceId} and r.workflow_id = ${workflowId} and r.state = 'running'`,
    withWaiting
      ? sql`(r.stop_reason is null or s.state in ('waiting', 'paused'))`
      : sql`r.stop_reason is null`,
    ...(exceptVersion === undefined ? [] : [sql`r.version <> ${exceptVersion}`]),
    ...(after === undefined ? [] : [sql`r.id > ${after}`]),
  ];
  const { rows } = await sql<Row>`
    select r.profile_id, r.id as run_id, r.version, r.trigger_node_id, r.deadline_at, r.stop_reason, s.id as step_id,
      s.node_id, s.state, s.due_at, s.job_id, ${UNKNOWN_REQUEST} as unknown_request
    from run r
    left join run_step s on s.workspace_id = r.workspace_id and s.profile_id = r.profile_id and s.run_id = r.id
      and s.left_at is null
    where ${sql.join(conditions, sql` and `)}
    order by r.id limit ${INSIDE_ROWS}`.execute(db);
  return rows.map((row) => ({
    profileId: row.profile_id,
    runId: row.run_id,
    version: row.version,
    triggerNodeId: row.trigger_node_id,
    deadlineAt: row.deadline_at,
    stopReason: row.stop_reason ?? undefined,
    step: stepOf(row),
  }));
}

function stepOf(row: Row): InsideStep | undefined {
  if (row.step_id === null || row.node_id === null || row.state === null) return undefined;
  return {
    stepId: row.step_id,
    nodeId: row.node_id,
    state: row.state,
    dueAt: row.due_at ?? undefined,
    jobId: row.job_id ?? undefined,
    unknownRequest: row.unknown_request,
  };
}

export function hasStep(run: InsideRun): run is RunAtStep {
  return run.step !== undefined;
}

/** The columns by which the steps of runs are found. */
export function stepKeys(workspaceId: string, runs: readonly RunAtStep[]) {
  return sql`
    ${runs.map(() => workspaceId)}::uuid[],
    ${runs.map(({ profileId }) => profileId)}::uuid[],
    ${runs.map(({ runId }) => runId)}::uuid[],
    ${runs.map(({ step }) => step.stepId)}::uuid[]`;
}

export function jobDataOf(workspaceId: string, { profileId, runId, step }: RunAtStep): StepJob {
  return { workspaceId, profileId, runId, stepId: step.stepId };
}
