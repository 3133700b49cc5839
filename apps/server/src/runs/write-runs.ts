import { sql } from 'kysely';

import type { Tx } from '../platform/db/database.ts';
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
      ${starts.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${starts.map(({ profileId }) => profileId)}::uuid[],
      ${starts.map(({ runId }) => runId)}::uuid[],
      ${starts.map(({ workflow }) => workflow.workflowId)}::uuid[],
      ${starts.map(({ workflow }) => workflow.version)}::integer[],
      ${starts.map(({ triggerNodeId }) => triggerNodeId)}::text[],
      ${starts.map(({ change }) => change.fate.state)}::text[],
      ${starts.map(reasonOf)}::text[],
      ${starts.map(({ event }) => event?.id ?? null)}::uuid[],
      ${starts.map(({ event }) => event?.receivedAt.toISOString() ?? null)}::timestamptz[],
      ${starts.map(({ at }) => at.toISOString())}::timestamptz[],
      ${starts.map(({ change, at }) => (change.fate.state === 'running' ? null : at.toISOString()))}::timestamptz[],
      ${starts.map(({ deadlineAt }) => deadlineAt.toISOString())}::timestamptz[],
      ${starts.map(({ cause }) => cause.replayOf ?? null)}::uuid[],
      ${starts.map(({ cause }) => cause.test ?? false)}::boolean[])`.execute(tx);
}

/** The new states of runs that were there before; of one that goes on, only what has failed in it. */
export async function endRuns(tx: Tx, changes: readonly RecordedChange[]): Promise<void> {
  const moved = changes.flatMap(({ cause, ...recorded }) =>
    cause.kind === 'step' && (recorded.change.fate.state !== 'running' || cause.fingerprint !== undefined)
      ? [{ ...recorded, fingerprint: cause.fingerprint }]
      : [],
  );
  if (moved.length === 0) return;
  await sql`
    update run r set state = t.state, reason = t.reason, ended_at = t.at,
      fingerprint = coalesce(t.fingerprint, r.fingerprint)
    from unnest(
      ${moved.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${moved.map(({ profileId }) => profileId)}::uuid[],
      ${moved.map(({ runId }) => runId)}::uuid[],
      ${moved.map(({ change }) => change.fate.state)}::text[],
      ${moved.map(reasonOf)}::text[],
      ${moved.map(({ change, at }) => (change.fate.state === 'running' ? null : at.toISOString()))}::timestamptz[],
      ${moved.map(({ fingerprint }) => fingerprint ?? null)}::text[])
      as t(workspace_id, profile_id, id, state, reason, at, fingerprint)
    where r.workspace_id = t.workspace_id and r.profile_id = t.profile_id and r.id = t.id
      and r.state = 'running'`.execute(tx);
}

export async function insertSteps(tx: Tx, steps: readonly EnteredStep[]): Promise<void> {
  if (steps.length === 0) return;
  await sql`
    insert into run_step (workspace_id, profile_id, run_id, id, node_id, node_type, state, reason, entered_at, left_at,
      due_at, job_id)
    select * from unnest(
      ${steps.map(({ recorded }) => recorded.workspaceId)}::uuid[],
      ${steps.map(({ recorded }) => recorded.profileId)}::uuid[],
      ${steps.map(({ recorded }) => recorded.runId)}::uuid[],
      ${steps.map(({ id }) => id)}::uuid[],
      ${steps.map(({ step }) => step.node.id)}::text[],
      ${steps.map(({ step }) => step.node.type)}::text[],
      ${steps.map(({ step }) => STATE[step.kind])}::text[],
      ${steps.map(({ step }) => (step.kind === 'refused' ? step.reason : null))}::text[],
      ${steps.map(({ recorded }) => recorded.at.toISOString())}::timestamptz[],
      ${steps.map((entered) => (isOpen(entered) ? null : entered.recorded.at.toISOString()))}::timestamptz[],
      ${steps.map((entered) => dueAt(entered)?.toISOString() ?? null)}::timestamptz[],
      ${steps.map((entered) => (isOpen(entered) ? entered.jobId : null))}::uuid[])`.execute(tx);
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
    update run_step s set state = t.state, reason = t.reason, left_at = t.at, output = t.output, due_at = null,
      job_id = null, event_id = t.event_id, event_received_at = t.event_received_at, mapped = t.mapped
    from unnest(
      ${settled.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${settled.map(({ profileId }) => profileId)}::uuid[],
      ${settled.map(({ runId }) => runId)}::uuid[],
      ${settled.map(({ cause }) => cause.stepId)}::uuid[],
      ${settled.map(({ result }) => (result.outcome === 'broken' ? 'failed' : result.outcome))}::text[],
      ${settled.map(({ result }) => ('reason' in result ? result.reason : null))}::text[],
      ${settled.map(({ at }) => at.toISOString())}::timestamptz[],
      ${settled.map(({ result }) => ('output' in result ? (result.output ?? null) : null))}::text[],
      ${settled.map(({ cause }) => cause.matched?.id ?? null)}::uuid[],
      ${settled.map(({ cause }) => cause.matched?.receivedAt.toISOString() ?? null)}::timestamptz[],
      ${settled.map(({ cause }) => (cause.mapped === undefined ? null : JSON.stringify(cause.mapped)))}::jsonb[])
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
      ${waits.map(({ recorded }) => recorded.workspaceId)}::uuid[],
      ${waits.map(({ recorded }) => recorded.profileId)}::uuid[],
      ${waits.map(({ action }) => action)}::text[],
      ${waits.map(({ id }) => id)}::uuid[],
      ${waits.map(({ recorded }) => recorded.runId)}::uuid[],
      ${waits.map(({ nodeId }) => nodeId)}::text[])`.execute(tx);
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
      ${waits.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${waits.map(({ profileId }) => profileId)}::uuid[],
      ${waits.map(({ action }) => action)}::text[],
      ${waits.map(({ stepId }) => stepId)}::uuid[]) as t(workspace_id, profile_id, action, step_id)
    where w.workspace_id = t.workspace_id and w.profile_id = t.profile_id and w.action = t.action
      and w.step_id = t.step_id`.execute(tx);
}

function reasonOf({ change: { fate } }: { readonly change: RecordedChange['change'] }): string | null {
  return 'reason' in fate ? fate.reason : null;
}
