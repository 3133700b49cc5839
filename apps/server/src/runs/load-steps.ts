import { nodeById } from '@laurel/workflow';
import type { WorkflowNode } from '@laurel/workflow';
import { sql } from 'kysely';

import { uuids } from '../platform/db/array-parameters.ts';
import type { Database } from '../platform/db/database.ts';
import { BY_KEY } from '../platform/db/keep-plans.ts';
import { attributesOf } from '../profiles/index.ts';
import type { WorkflowVersion, WorkflowVersions } from '../workflows/index.ts';
import type { LoadedRun, LoadedStep, RunEvent, RunStop } from './loaded-step.ts';
import type { HeldStep } from './step-job.ts';

export type LoadOutcome =
  | { readonly kind: 'loaded'; readonly step: LoadedStep }
  /** Settled already, or its run is over: its job is only to be finished. */
  | { readonly kind: 'stale'; readonly job: HeldStep }
  /** Its workflow is paused: it waits until that goes on. */
  | { readonly kind: 'paused'; readonly job: HeldStep; readonly workflowId: string }
  /** The run was moved to a version that does not have its node. */
  | { readonly kind: 'homeless'; readonly job: HeldStep; readonly reason: string };

interface StepRow {
  step_id: string;
  workflow_id: string;
  status: string;
  version: number;
  trigger_node_id: string;
  deadline_at: Date;
  stop_reason: string | null;
  stopped_at: Date | null;
  node_id: string;
  state: string;
  entered_at: Date;
  number: number | null;
  outcome: string | null;
  expires_at: Date | null;
}

interface EventRow extends Omit<RunEvent, 'params'> {
  readonly runId: string;
  readonly nodeId: string;
  readonly params: unknown;
}

/** Loads the steps of claimed jobs, in two queries for all of them; a third where nodes keep parts of their answers. */
export async function loadSteps(
  db: Database,
  versions: WorkflowVersions,
  jobs: readonly HeldStep[],
): Promise<LoadOutcome[]> {
  const [rows, events] = await Promise.all([loadRows(db, jobs), loadEvents(db, jobs)]);
  const byStep = new Map(rows.map((row) => [row.step_id, row]));
  const byRun = Map.groupBy(events, ({ runId }) => runId);
  const workflows = new Map<string, WorkflowVersion>();
  for (const job of jobs) {
    const row = byStep.get(job.data.stepId);
    if (row === undefined) continue;
    const workflow = await versions.get(db, job.data.workspaceId, row.workflow_id, row.version);
    workflows.set(job.data.stepId, workflow);
  }
  const mapped = await loadMapped(
    db,
    jobs.filter(({ data }) => keepsAnswers(workflows.get(data.stepId))),
  );
  return jobs.map((job): LoadOutcome => {
    const row = byStep.get(job.data.stepId);
    const workflow = workflows.get(job.data.stepId);
    if (row === undefined || workflow === undefined) return { kind: 'stale', job };
    const stop = stopOf(row);
    // What was cancelled by hand does not wait until the workflow goes on.
    if (row.status === 'paused' && stop?.finishes !== 'sent')
      return { kind: 'paused', job, workflowId: row.workflow_id };
    const node = nodeById(workflow.definition, row.node_id);
    if (node === undefined) {
      const reason = `version ${row.version} of the workflow has no node ${row.node_id}`;
      return { kind: 'homeless', job, reason };
    }
    const run: LoadedRun = {
      workflow,
      triggerNodeId: row.trigger_node_id,
      deadlineAt: row.deadline_at,
      stop,
      events: new Map((byRun.get(job.data.runId) ?? []).map((event) => [event.nodeId, eventOf(event)])),
      mapped: mapped.get(job.data.runId) ?? new Map(),
    };
    return { kind: 'loaded', step: stepOf(job, row, node, run) };
  });
}

function stepOf(job: HeldStep, row: StepRow, node: WorkflowNode, run: LoadedRun): LoadedStep {
  const { number, outcome, expires_at: expiresAt } = row;
  const lastAttempt = number === null || expiresAt === null ? undefined : { number, outcome, expiresAt };
  return { job, node, state: row.state, enteredAt: row.entered_at, lastAttempt, run };
}

function eventOf({ id, receivedAt, action, time, params }: EventRow): RunEvent {
  return { id, receivedAt, action, time, params: attributesOf(params) };
}

function keepsAnswers(workflow: WorkflowVersion | undefined): boolean {
  return (
    workflow?.definition.nodes.some(
      ({ type, settings }) => type === 'outgoing-integration' && settings.responseMapping.length > 0,
    ) ?? false
  );
}

type Mapped = Map<string, Map<string, Readonly<Record<string, unknown>>>>;

async function loadMapped(db: Database, jobs: readonly HeldStep[]): Promise<Mapped> {
  const byRun: Mapped = new Map();
  if (jobs.length === 0) return byRun;
  const { rows } = await sql<{ run_id: string; node_id: string; mapped: unknown }>`
    select s.run_id, s.node_id, s.mapped from ${jobTable(jobs)}
    join run_step s on s.workspace_id = j.workspace_id and s.profile_id = j.profile_id and s.run_id = j.run_id
    where s.mapped is not null`.execute(db);
  for (const row of rows) {
    const ofRun = byRun.get(row.run_id) ?? new Map<string, Readonly<Record<string, unknown>>>();
    byRun.set(row.run_id, ofRun.set(row.node_id, attributesOf(row.mapped)));
  }
  return byRun;
}

function stopOf({ status, stop_reason: reason, stopped_at: stoppedAt }: StepRow): RunStop | undefined {
  if (status === 'stopped') return { reason: 'the workflow was stopped', finishes: 'sent', at: undefined };
  if (reason === null) return undefined;
  // Cancelled by hand: it is not to wait for what has not begun.
  if (stoppedAt === null) return { reason, finishes: 'sent', at: undefined };
  return { reason, finishes: 'entered', at: stoppedAt };
}

/**
 * One key after the other: as joins they were begun with all running runs while statistics were old, 39 ms a batch
 * instead of 2.
 */
async function loadRows(db: Database, jobs: readonly HeldStep[]): Promise<StepRow[]> {
  const { rows } = await sql<StepRow>`
    ${BY_KEY}
    select s.id as step_id, r.workflow_id, w.status, r.version, r.trigger_node_id, r.deadline_at, r.stop_reason, r.stopped_at,
      s.node_id, s.state, s.entered_at, a.number, a.outcome, a.expires_at
    from ${jobTable(jobs)}
    cross join lateral (
      select * from run
      where id = j.run_id and workspace_id is not distinct from j.workspace_id and profile_id = j.profile_id
        and ended_at is null
      offset 0) r
    cross join lateral (
      select * from run_step
      where workspace_id = j.workspace_id and profile_id = j.profile_id and run_id = j.run_id and id = j.step_id
        and left_at is null
      offset 0) s
    join workflow w on w.workspace_id = j.workspace_id and w.id = r.workflow_id
    left join lateral (
      select number, outcome, expires_at from attempt t
      where t.workspace_id = j.workspace_id and t.profile_id = j.profile_id
        and t.run_id = j.run_id and t.step_id = j.step_id
      order by number desc limit 1) a on true`.execute(db);
  return rows;
}

/** The events of the runs: of their triggers, then of the Event Filters that they passed. */
async function loadEvents(db: Database, jobs: readonly HeldStep[]): Promise<EventRow[]> {
  const { rows } = await sql<EventRow>`
    ${BY_KEY}
    select t."runId", t."nodeId", e.id, e.received_at as "receivedAt", e.action, e.time, e.params
    from (
      select r.workspace_id, r.profile_id, r.id as "runId", r.trigger_node_id as "nodeId", r.event_id as id,
        r.event_received_at as received_at, 0 as place
      from ${jobTable(jobs)}
      cross join lateral (
        select * from run
        where id = j.run_id and workspace_id is not distinct from j.workspace_id and profile_id = j.profile_id
          and event_id is not null
        offset 0) r
      union all
      select s.workspace_id, s.profile_id, s.run_id, s.node_id, s.event_id, s.event_received_at,
        row_number() over (partition by s.run_id order by s.left_at, s.id)
      from ${jobTable(jobs)}
      cross join lateral (
        select * from run_step
        where workspace_id = j.workspace_id and profile_id = j.profile_id and run_id = j.run_id
          and event_id is not null
        offset 0) s) t
    cross join lateral (
      select id, received_at, action, time, params from event
      where workspace_id = t.workspace_id and profile_id = t.profile_id and received_at = t.received_at and id = t.id
      offset 0) e
    order by t."runId", t.place`.execute(db);
  return rows;
}

function jobTable(jobs: readonly HeldStep[]) {
  return sql`unnest(
    ${uuids(jobs.map(({ data }) => data.workspaceId))}::uuid[],
    ${uuids(jobs.map(({ data }) => data.profileId))}::uuid[],
    ${uuids(jobs.map(({ data }) => data.runId))}::uuid[],
    ${uuids(jobs.map(({ data }) => data.stepId))}::uuid[]) as j(workspace_id, profile_id, run_id, step_id)`;
}
