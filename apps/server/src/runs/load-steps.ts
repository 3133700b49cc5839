import type { Definition, NodeOf } from '@laurel/workflow';
import { nodeById } from '@laurel/workflow';
import { sql } from 'kysely';

import type { Database } from '../platform/db/database.ts';
import { attributesOf } from '../profiles/index.ts';
import type { WorkflowVersions } from '../workflows/index.ts';
import type { HeldStep } from './step-job.ts';

/** The newest request of a step. */
export interface LastAttempt {
  readonly number: number;
  /** Null: the intent was written and nothing after it. */
  readonly outcome: string | null;
}

/** A claimed step with all that its execution needs. */
export interface LoadedStep {
  readonly job: HeldStep;
  readonly workflowId: string;
  readonly version: number;
  readonly definition: Definition;
  readonly node: NodeOf<'outgoing-integration'>;
  readonly event: {
    readonly id: string;
    readonly action: string;
    readonly time: Date;
    readonly params: Readonly<Record<string, unknown>>;
  };
  readonly customer: Readonly<Record<string, unknown>>;
  readonly lastAttempt: LastAttempt | undefined;
}

interface StepRow {
  step_id: string;
  workflow_id: string;
  version: number;
  node_id: string;
  client_id: number;
  uuid: string | null;
  custom_id: string | null;
  email: string | null;
  attributes: unknown;
  number: number | null;
  outcome: string | null;
}

interface EventRow {
  id: string;
  action: string;
  time: Date;
  params: unknown;
}

/**
 * Loads claimed steps. A step that is settled already, or whose run is over, is left out: its job is only to be
 * finished.
 */
export async function loadSteps(
  db: Database,
  versions: WorkflowVersions,
  jobs: readonly HeldStep[],
): Promise<LoadedStep[]> {
  const [rows, events] = await Promise.all([loadRows(db, jobs), loadEvents(db, jobs)]);
  const byStep = new Map(rows.map((row) => [row.step_id, row]));
  const byEvent = new Map(events.map((row) => [row.id, row]));
  const loaded: LoadedStep[] = [];
  for (const job of jobs) {
    const row = byStep.get(job.data.stepId);
    if (row === undefined) continue;
    const definition = await versions.get(db, job.data.workspaceId, row.workflow_id, row.version);
    const node = nodeById(definition, row.node_id);
    if (node?.type !== 'outgoing-integration') {
      throw new Error(`step ${job.data.stepId} is at a node that the server does not execute`);
    }
    const event = byEvent.get(job.data.event.id);
    if (event === undefined)
      throw new Error(`the event ${job.data.event.id} of step ${job.data.stepId} is gone`);
    loaded.push(loadedStep(job, row, event, definition, node));
  }
  return loaded;
}

async function loadRows(db: Database, jobs: readonly HeldStep[]): Promise<StepRow[]> {
  const { rows } = await sql<StepRow>`
    select s.id as step_id, r.workflow_id, r.version, s.node_id,
      p.client_id, p.uuid, p.custom_id, p.email, p.attributes, a.number, a.outcome
    from unnest(
      ${jobs.map(({ data }) => data.workspaceId)}::uuid[],
      ${jobs.map(({ data }) => data.profileId)}::uuid[],
      ${jobs.map(({ data }) => data.runId)}::uuid[],
      ${jobs.map(({ data }) => data.stepId)}::uuid[]) as j(workspace_id, profile_id, run_id, step_id)
    join run r on r.workspace_id = j.workspace_id and r.profile_id = j.profile_id and r.id = j.run_id
    join run_step s on s.workspace_id = j.workspace_id and s.profile_id = j.profile_id
      and s.run_id = j.run_id and s.id = j.step_id
    join profile p on p.workspace_id = j.workspace_id and p.id = j.profile_id
    left join lateral (
      select number, outcome from attempt t
      where t.workspace_id = j.workspace_id and t.profile_id = j.profile_id
        and t.run_id = j.run_id and t.step_id = j.step_id
      order by number desc limit 1) a on true
    where r.state = 'running' and s.left_at is null`.execute(db);
  return rows;
}

/**
 * The events of the steps. The bounds of the times stand in the statement, so that it is planned for their partitions
 * alone: planned for all of them, joined to the steps, it took 4 ms a batch, a fifth of the pipeline's cost.
 */
async function loadEvents(db: Database, jobs: readonly HeldStep[]): Promise<EventRow[]> {
  const times = jobs.map(({ data }) => data.event.receivedAt).toSorted();
  const { rows } = await sql<EventRow>`
    select e.id, e.action, e.time, e.params
    from unnest(
      ${jobs.map(({ data }) => data.workspaceId)}::uuid[],
      ${jobs.map(({ data }) => data.profileId)}::uuid[],
      ${jobs.map(({ data }) => data.event.receivedAt)}::timestamptz[],
      ${jobs.map(({ data }) => data.event.id)}::uuid[]) as j(workspace_id, profile_id, received_at, id)
    join event e on e.workspace_id = j.workspace_id and e.profile_id = j.profile_id
      and e.received_at = j.received_at and e.id = j.id
    where e.received_at between ${times[0]}::timestamptz and ${times.at(-1)}::timestamptz`.execute(db);
  return rows;
}

function loadedStep(
  job: HeldStep,
  row: StepRow,
  event: EventRow,
  definition: Definition,
  node: NodeOf<'outgoing-integration'>,
): LoadedStep {
  return {
    job,
    workflowId: row.workflow_id,
    version: row.version,
    definition,
    node,
    event: { id: event.id, action: event.action, time: event.time, params: attributesOf(event.params) },
    customer: {
      ...attributesOf(row.attributes),
      clientId: row.client_id,
      ...(row.uuid !== null && { uuid: row.uuid }),
      ...(row.custom_id !== null && { customId: row.custom_id }),
      ...(row.email !== null && { email: row.email }),
    },
    lastAttempt: row.number === null ? undefined : { number: row.number, outcome: row.outcome },
  };
}
