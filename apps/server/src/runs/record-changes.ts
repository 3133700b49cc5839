import { countsOf } from '@laurel/workflow';
import type { RunChange, StepChange } from '@laurel/workflow';
import { sql } from 'kysely';

import type { Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import { countNodes } from '../stats/index.ts';
import type { EventReference, StepQueue } from './step-job.ts';

/** A move of the interpreter, with all that is needed to write it down. */
export interface RecordedChange {
  readonly workspaceId: string;
  readonly profileId: string;
  readonly runId: string;
  readonly workflowId: string;
  readonly version: number;
  readonly at: Date;
  readonly change: RunChange;
  /** The event that the run is about. */
  readonly event: EventReference;
  /** How the change came about: by that event, which starts the run, or by a step that settles in it. */
  readonly cause: { readonly kind: 'event' } | { readonly kind: 'step'; readonly stepId: string };
}

/**
 * Writes changes of runs as part of the caller's transaction: runs, steps, the jobs of the steps that the server
 * executes next, and the counters. They can therefore not disagree. Answers how many jobs there are.
 */
export async function recordChanges(
  tx: Tx,
  queue: StepQueue,
  changes: readonly RecordedChange[],
): Promise<number> {
  if (changes.length === 0) return 0;
  const entered = changes.flatMap((recorded) =>
    recorded.change.steps.flatMap((step) =>
      step.kind === 'settled' ? [] : [{ recorded, step, id: newId() }],
    ),
  );
  const jobs = entered
    .filter(({ step }) => step.kind === 'entered')
    .map(({ recorded: { workspaceId, profileId, runId, event }, id }) => ({
      id: newId(),
      data: { workspaceId, profileId, runId, stepId: id, event },
    }));
  await Promise.all([
    insertRuns(
      tx,
      changes.filter(({ cause }) => cause.kind === 'event'),
    ),
    endRuns(
      tx,
      changes.filter(({ cause, change }) => cause.kind === 'step' && change.fate.state !== 'running'),
    ),
    insertSteps(tx, entered),
    settleSteps(tx, changes),
    queue.enqueue(tx, jobs),
    countNodes(
      tx,
      changes.flatMap((recorded) =>
        recorded.change.steps.map((step) => ({ ...recorded, nodeId: step.node.id, counts: countsOf(step) })),
      ),
    ),
  ]);
  return jobs.length;
}

async function insertRuns(tx: Tx, changes: readonly RecordedChange[]): Promise<void> {
  if (changes.length === 0) return;
  await sql`
    insert into run (workspace_id, profile_id, id, workflow_id, version, state, reason,
      event_id, event_received_at, started_at, ended_at)
    select * from unnest(
      ${changes.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${changes.map(({ profileId }) => profileId)}::uuid[],
      ${changes.map(({ runId }) => runId)}::uuid[],
      ${changes.map(({ workflowId }) => workflowId)}::uuid[],
      ${changes.map(({ version }) => version)}::integer[],
      ${changes.map(({ change }) => change.fate.state)}::text[],
      ${changes.map(({ change }) => reasonOf(change))}::text[],
      ${changes.map(({ event }) => event.id)}::uuid[],
      ${changes.map(({ event }) => event.receivedAt)}::timestamptz[],
      ${changes.map(({ at }) => at.toISOString())}::timestamptz[],
      ${changes.map(({ change, at }) => (change.fate.state === 'running' ? null : at.toISOString()))}::timestamptz[])
  `.execute(tx);
}

async function endRuns(tx: Tx, changes: readonly RecordedChange[]): Promise<void> {
  if (changes.length === 0) return;
  await sql`
    update run r set state = t.state, reason = t.reason, ended_at = t.at
    from unnest(
      ${changes.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${changes.map(({ profileId }) => profileId)}::uuid[],
      ${changes.map(({ runId }) => runId)}::uuid[],
      ${changes.map(({ change }) => change.fate.state)}::text[],
      ${changes.map(({ change }) => reasonOf(change))}::text[],
      ${changes.map(({ at }) => at.toISOString())}::timestamptz[]) as t(workspace_id, profile_id, id, state, reason, at)
    where r.workspace_id = t.workspace_id and r.profile_id = t.profile_id and r.id = t.id and r.state = 'running'
  `.execute(tx);
}

interface NewStep {
  readonly id: string;
  readonly recorded: RecordedChange;
  readonly step: StepChange;
}

async function insertSteps(tx: Tx, steps: readonly NewStep[]): Promise<void> {
  if (steps.length === 0) return;
  await sql`
    insert into run_step (workspace_id, profile_id, run_id, id, node_id, node_type, state, entered_at, left_at)
    select * from unnest(
      ${steps.map(({ recorded }) => recorded.workspaceId)}::uuid[],
      ${steps.map(({ recorded }) => recorded.profileId)}::uuid[],
      ${steps.map(({ recorded }) => recorded.runId)}::uuid[],
      ${steps.map(({ id }) => id)}::uuid[],
      ${steps.map(({ step }) => step.node.id)}::text[],
      ${steps.map(({ step }) => step.node.type)}::text[],
      ${steps.map(({ step }) => (step.kind === 'entered' ? 'queued' : 'succeeded'))}::text[],
      ${steps.map(({ recorded }) => recorded.at.toISOString())}::timestamptz[],
      ${steps.map(({ recorded, step }) => (step.kind === 'entered' ? null : recorded.at.toISOString()))}::timestamptz[])
  `.execute(tx);
}

async function settleSteps(tx: Tx, changes: readonly RecordedChange[]): Promise<void> {
  const settled = changes.flatMap(({ cause, change, ...recorded }) =>
    change.steps.flatMap((step) =>
      step.kind === 'settled' && cause.kind === 'step'
        ? [{ ...recorded, stepId: cause.stepId, result: step.result }]
        : [],
    ),
  );
  if (settled.length === 0) return;
  await sql`
    update run_step s set state = t.state, reason = t.reason, left_at = t.at
    from unnest(
      ${settled.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${settled.map(({ profileId }) => profileId)}::uuid[],
      ${settled.map(({ runId }) => runId)}::uuid[],
      ${settled.map(({ stepId }) => stepId)}::uuid[],
      ${settled.map(({ result }) => (result.outcome === 'broken' ? 'failed' : result.outcome))}::text[],
      ${settled.map(({ result }) => ('reason' in result ? result.reason : null))}::text[],
      ${settled.map(({ at }) => at.toISOString())}::timestamptz[])
      as t(workspace_id, profile_id, run_id, id, state, reason, at)
    where s.workspace_id = t.workspace_id and s.profile_id = t.profile_id and s.run_id = t.run_id and s.id = t.id
  `.execute(tx);
}

function reasonOf({ fate }: RunChange): string | null {
  return 'reason' in fate ? fate.reason : null;
}
