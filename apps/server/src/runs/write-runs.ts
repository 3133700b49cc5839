import { sql } from 'kysely';

import { booleans, instants, integers, jsons, texts, uuids } from '../platform/db/array-parameters.ts';
import type { Tx } from '../platform/db/database.ts';
import { BY_KEY } from '../platform/db/keep-plans.ts';
import { dueAt } from './recorded-change.ts';
import type { EnteredStep, RecordedChange } from './recorded-change.ts';

/** A step that was to be settled was left meanwhile: cancelled, or settled by what it was waiting for. */
export class StepsLeftError extends Error {}

export async function insertRuns(tx: Tx, changes: readonly RecordedChange[]): Promise<void> {
  const starts = changes.flatMap(({ cause, ...recorded }) =>
    cause.kind === 'start' ? [{ ...recorded, event: [...recorded.events.values()][0], cause }] : [],
  );
  if (starts.length === 0) return;
  await sql`
    insert into run (workspace_id, profile_id, id, workflow_id, version, trigger_node_id, state, reason,
      event_id, event_received_at, started_at, ended_at, deadline_at, replay_of, test)
    select * from unnest(
      ${uuids(starts.map(({ workspaceId }) => workspaceId))}::uuid[],
      ${uuids(starts.map(({ profileId }) => profileId))}::uuid[],
      ${uuids(starts.map(({ runId }) => runId))}::uuid[],
      ${uuids(starts.map(({ workflow }) => workflow.workflowId))}::uuid[],
      ${integers(starts.map(({ workflow }) => workflow.version))}::integer[],
      ${texts(starts.map(({ triggerNodeId }) => triggerNodeId))}::text[],
      ${texts(starts.map(({ change }) => change.fate.state))}::text[],
      ${texts(starts.map(reasonOf))}::text[],
      ${uuids(starts.map(({ event }) => event?.id))}::uuid[],
      ${instants(starts.map(({ event }) => event?.receivedAt))}::timestamptz[],
      ${instants(starts.map(({ at }) => at))}::timestamptz[],
      ${instants(starts.map(({ change, at }) => (change.fate.state === 'running' ? null : at)))}::timestamptz[],
      ${instants(starts.map(({ deadlineAt }) => deadlineAt))}::timestamptz[],
      ${uuids(starts.map(({ cause }) => cause.replayOf))}::uuid[],
      ${booleans(starts.map(({ cause }) => cause.test ?? false))}::boolean[])`.execute(tx);
}

/**
 * The new states of runs that were there before; of one that goes on, only what has failed in it. Where runs
 * are found by key, here and elsewhere, `ended_at` tells that one is running, and the workspace is compared by "is not
 * distinct from": both keep PostgreSQL from an index of all that is running or all of the workspace.
 */
export async function endRuns(tx: Tx, changes: readonly RecordedChange[]): Promise<void> {
  const moved = changes.flatMap(({ cause, ...recorded }) =>
    cause.kind === 'step' && (recorded.change.fate.state !== 'running' || cause.fingerprint !== undefined)
      ? [{ ...recorded, fingerprint: cause.fingerprint }]
      : [],
  );
  if (moved.length === 0) return;
  await sql`
    ${BY_KEY}
    update run r set state = t.state, reason = t.reason, ended_at = t.at,
      fingerprint = coalesce(t.fingerprint, r.fingerprint)
    from unnest(
      ${uuids(moved.map(({ workspaceId }) => workspaceId))}::uuid[],
      ${uuids(moved.map(({ profileId }) => profileId))}::uuid[],
      ${uuids(moved.map(({ runId }) => runId))}::uuid[],
      ${texts(moved.map(({ change }) => change.fate.state))}::text[],
      ${texts(moved.map(reasonOf))}::text[],
      ${instants(moved.map(({ change, at }) => (change.fate.state === 'running' ? null : at)))}::timestamptz[],
      ${texts(moved.map(({ fingerprint }) => fingerprint))}::text[])
      as t(workspace_id, profile_id, id, state, reason, at, fingerprint)
    where r.workspace_id is not distinct from t.workspace_id and r.profile_id = t.profile_id and r.id = t.id
      and r.ended_at is null`.execute(tx);
}

export async function insertSteps(tx: Tx, steps: readonly EnteredStep[]): Promise<void> {
  if (steps.length === 0) return;
  await sql`
    insert into run_step (workspace_id, profile_id, run_id, id, node_id, node_type, state, reason, entered_at, left_at,
      due_at, job_id)
    select * from unnest(
      ${uuids(steps.map(({ recorded }) => recorded.workspaceId))}::uuid[],
      ${uuids(steps.map(({ recorded }) => recorded.profileId))}::uuid[],
      ${uuids(steps.map(({ recorded }) => recorded.runId))}::uuid[],
      ${uuids(steps.map(({ id }) => id))}::uuid[],
      ${texts(steps.map(({ step }) => step.node.id))}::text[],
      ${texts(steps.map(({ step }) => step.node.type))}::text[],
      ${texts(steps.map(({ step }) => STATE[step.kind]))}::text[],
      ${texts(steps.map(({ step }) => (step.kind === 'refused' ? step.reason : null)))}::text[],
      ${instants(steps.map(({ recorded }) => recorded.at))}::timestamptz[],
      ${instants(steps.map((entered) => (isOpen(entered) ? null : entered.recorded.at)))}::timestamptz[],
      ${instants(steps.map((entered) => dueAt(entered)))}::timestamptz[],
      ${uuids(steps.map((entered) => (isOpen(entered) ? entered.jobId : null)))}::uuid[])`.execute(tx);
}

const isOpen = ({ step }: EnteredStep): boolean => step.kind === 'entered' || step.kind === 'waiting';

const STATE = { entered: 'queued', waiting: 'waiting', passed: 'succeeded', refused: 'skipped' } as const;

export async function settleSteps(tx: Tx, changes: readonly RecordedChange[]): Promise<void> {
  const settled = changes.flatMap(({ cause, change, ...recorded }) =>
    change.steps.flatMap((step) =>
      step.kind === 'settled' && cause.kind === 'step' ? [{ ...recorded, cause, result: step.result }] : [],
    ),
  );
  if (settled.length === 0) return;
  const { rows } = await sql`
    ${BY_KEY}
    update run_step s set state = t.state, reason = t.reason, left_at = t.at, output = t.output, due_at = null,
      job_id = null, event_id = t.event_id, event_received_at = t.event_received_at, mapped = t.mapped
    from unnest(
      ${uuids(settled.map(({ workspaceId }) => workspaceId))}::uuid[],
      ${uuids(settled.map(({ profileId }) => profileId))}::uuid[],
      ${uuids(settled.map(({ runId }) => runId))}::uuid[],
      ${uuids(settled.map(({ cause }) => cause.stepId))}::uuid[],
      ${texts(settled.map(({ result }) => (result.outcome === 'broken' ? 'failed' : result.outcome)))}::text[],
      ${texts(settled.map(({ result }) => ('reason' in result ? result.reason : null)))}::text[],
      ${instants(settled.map(({ at }) => at))}::timestamptz[],
      ${texts(settled.map(({ result }) => ('output' in result ? (result.output ?? null) : null)))}::text[],
      ${uuids(settled.map(({ cause }) => cause.matched?.id))}::uuid[],
      ${instants(settled.map(({ cause }) => cause.matched?.receivedAt))}::timestamptz[],
      ${jsons(settled.map(({ cause }) => (cause.mapped === undefined ? null : JSON.stringify(cause.mapped))))}::jsonb[])
      as t(workspace_id, profile_id, run_id, id, state, reason, at, output, event_id, event_received_at, mapped)
    where s.workspace_id = t.workspace_id and s.profile_id = t.profile_id and s.run_id = t.run_id and s.id = t.id
      and s.left_at is null
    returning 1`.execute(tx);
  if (rows.length !== settled.length) throw new StepsLeftError('a step was left before it was settled');
}

export async function insertWaits(tx: Tx, steps: readonly EnteredStep[]): Promise<void> {
  const waits = steps.flatMap(({ id, recorded, step }) =>
    step.kind === 'waiting' && step.event !== undefined
      ? [{ id, recorded, nodeId: step.node.id, action: step.event.name }]
      : [],
  );
  if (waits.length === 0) return;
  await sql`
    insert into event_wait (workspace_id, profile_id, action, step_id, run_id, node_id)
    select * from unnest(
      ${uuids(waits.map(({ recorded }) => recorded.workspaceId))}::uuid[],
      ${uuids(waits.map(({ recorded }) => recorded.profileId))}::uuid[],
      ${texts(waits.map(({ action }) => action))}::text[],
      ${uuids(waits.map(({ id }) => id))}::uuid[],
      ${uuids(waits.map(({ recorded }) => recorded.runId))}::uuid[],
      ${texts(waits.map(({ nodeId }) => nodeId))}::text[])`.execute(tx);
}

/** Of steps that settle without the event that they were waiting for. */
export async function deleteWaits(tx: Tx, changes: readonly RecordedChange[]): Promise<void> {
  const waits = changes.flatMap(({ workspaceId, profileId, cause, change }) => {
    const [first] = change.steps;
    if (cause.kind !== 'step' || first?.kind !== 'settled' || first.node.type !== 'event-filter') return [];
    return [{ workspaceId, profileId, stepId: cause.stepId, action: first.node.settings.event }];
  });
  if (waits.length === 0) return;
  await sql`
    delete from event_wait w using unnest(
      ${uuids(waits.map(({ workspaceId }) => workspaceId))}::uuid[],
      ${uuids(waits.map(({ profileId }) => profileId))}::uuid[],
      ${texts(waits.map(({ action }) => action))}::text[],
      ${uuids(waits.map(({ stepId }) => stepId))}::uuid[]) as t(workspace_id, profile_id, action, step_id)
    where w.workspace_id = t.workspace_id and w.profile_id = t.profile_id and w.action = t.action
      and w.step_id = t.step_id`.execute(tx);
}

function reasonOf({ change: { fate } }: { readonly change: RecordedChange['change'] }): string | null {
  return 'reason' in fate ? fate.reason : null;
}
