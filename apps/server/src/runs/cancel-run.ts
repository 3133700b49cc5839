import { cancelRun as cancelled, nodeById } from '@laurel/workflow';
import { sql } from 'kysely';

import type { Queryable, Tx } from '../platform/db/database.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import type { Platform } from '../platform/platform.ts';
import { planChanges } from './record-changes.ts';
import type { RunTools } from './run-tools.ts';
import { StepsLeftError } from './write-runs.ts';

export type CancelOutcome =
  /** It is over. */
  | { readonly kind: 'cancelled' }
  /** Its step is in the hands of a worker, or its request may have been carried out: that is finished, and no more. */
  | { readonly kind: 'stopping' }
  | { readonly kind: 'ended'; readonly state: string }
  | { readonly kind: 'missing' };

type CancelTools = Pick<RunTools, 'queue' | 'handOff' | 'log' | 'versions'>;

interface OpenRun {
  profile_id: string;
  workflow_id: string;
  version: number;
  state: string;
  trigger_node_id: string;
  deadline_at: Date | null;
  step_id: string | null;
  node_id: string;
  step_state: string;
  job_id: string | null;
}

/** Each time that it is tried again, the run has moved on meanwhile: it has that many nodes at most. */
const MAX_TRIES = 500;

/** The step is a worker's, or its request is under way. */
class StepHeld extends Error {}

/**
 * Ends a run, whatever it is doing. One that waits, or whose step no worker holds, is over at once; else what is in
 * hand is finished, with its result, and the run goes no further.
 */
export async function cancelRun(
  platform: Platform,
  tools: CancelTools,
  target: { readonly workspaceId: string; readonly runId: string; readonly reason: string },
): Promise<CancelOutcome> {
  for (let tries = 1; ; tries++) {
    const run = await findOpen(platform.db, target.workspaceId, target.runId);
    if (run === undefined) return { kind: 'missing' };
    if (run.state !== 'running') return { kind: 'ended', state: run.state };
    try {
      return await cancelOpen(platform, tools, target, run);
    } catch (error) {
      if (!(error instanceof StepsLeftError) || tries >= MAX_TRIES) throw error;
    }
  }
}

async function findOpen(db: Queryable, workspaceId: string, runId: string): Promise<OpenRun | undefined> {
  const { rows } = await sql<OpenRun>`
    select r.profile_id, r.workflow_id, r.version, r.state, r.trigger_node_id,
      nullif(r.deadline_at, 'infinity') as deadline_at, s.id as step_id, s.node_id, s.state as step_state, s.job_id
    from run r
    left join run_step s on s.workspace_id = r.workspace_id and s.profile_id = r.profile_id and s.run_id = r.id
      and s.left_at is null
    where r.workspace_id = ${workspaceId} and r.id = ${runId}`.execute(db);
  return rows[0];
}

async function cancelOpen(
  platform: Platform,
  tools: CancelTools,
  target: { readonly workspaceId: string; readonly runId: string; readonly reason: string },
  run: OpenRun,
): Promise<CancelOutcome> {
  const { workspaceId, runId, reason } = target;
  const { profile_id: profileId, step_id: stepId } = run;
  if (stepId === null) throw new StepsLeftError('the run has no open step');
  const step = { workspaceId, profileId, runId, stepId };
  try {
    const confirm = await inTransaction(platform.db, async (tx) => {
      await takeStep(tx, tools, step, run);
      return await closeStep(tx, platform, tools, { ...step, reason }, run);
    });
    confirm();
    return { kind: 'cancelled' };
  } catch (error) {
    if (!(error instanceof StepHeld)) throw error;
  }
  await inTransaction(platform.db, async (tx) => await stopRun(tx, step, reason));
  return { kind: 'stopping' };
}

interface StepKey {
  readonly workspaceId: string;
  readonly profileId: string;
  readonly runId: string;
  readonly stepId: string;
}

/**
 * Takes the step from the queue: whoever holds its job may send its request, so it is ours only with the job. A step
 * that waits for a time or an event sends none: of two who settle it, the first one wins.
 */
async function takeStep(tx: Tx, { queue }: CancelTools, step: StepKey, run: OpenRun): Promise<void> {
  const taken = await queue.cancel(tx, run.job_id === null ? [] : [run.job_id]);
  if (run.step_state === 'waiting') return;
  if (run.job_id !== null && !taken.has(run.job_id)) throw new StepHeld('a worker holds the step');
  const { rows } = await sql<{ state: string; job_id: string | null; is_unknown: boolean }>`
    select s.state, s.job_id, exists (
      select from attempt a where a.workspace_id = s.workspace_id and a.profile_id = s.profile_id
        and a.run_id = s.run_id and a.step_id = s.id and coalesce(a.outcome, 'unknown') = 'unknown') as is_unknown
    from run_step s
    where s.workspace_id = ${step.workspaceId} and s.profile_id = ${step.profileId} and s.run_id = ${step.runId}
      and s.id = ${step.stepId} and s.left_at is null
    for update of s`.execute(tx);
  const [found] = rows;
  if (found === undefined || found.state !== run.step_state || found.job_id !== run.job_id)
    throw new StepsLeftError('the step has changed meanwhile');
  if (found.is_unknown) throw new StepHeld('its request may have been carried out');
}

async function closeStep(
  tx: Tx,
  platform: Platform,
  tools: CancelTools,
  step: StepKey & { readonly reason: string },
  run: OpenRun,
): Promise<() => void> {
  const { workspaceId, profileId, runId, stepId, reason } = step;
  const workflow = await tools.versions.get(tx, workspaceId, run.workflow_id, run.version);
  // The worker that takes such a step up says so of the run.
  if (nodeById(workflow.definition, run.node_id) === undefined) throw new StepHeld('its node is gone');
  const planned = await planChanges(tx, tools, [
    {
      workspaceId,
      profileId,
      runId,
      workflow,
      at: platform.clock.now(),
      change: cancelled(workflow.definition, run.node_id, reason),
      deadlineAt: run.deadline_at ?? platform.clock.now(),
      triggerNodeId: run.trigger_node_id,
      events: new Map(),
      cause: { kind: 'step', stepId, matched: undefined, fingerprint: undefined, mapped: undefined },
    },
  ]);
  const [, confirm] = await Promise.all([
    planned.write(tx),
    tools.log.append(tx, planned.events),
    tx
      .deleteFrom('parked_step')
      .where('workspace_id', '=', workspaceId)
      .where('workflow_id', '=', run.workflow_id)
      .where('profile_id', '=', profileId)
      .where('run_id', '=', runId)
      .where('step_id', '=', stepId)
      .execute(),
  ]);
  return () => {
    confirm();
    planned.confirm();
  };
}

/**
 * Without `stopped_at`: of what it is in, only a request that has left is finished. The open step is locked, so that
 * who is moving the run on either sees the stop (`wakeStopped`), or is through and the run is looked at again.
 */
async function stopRun(tx: Tx, step: StepKey, reason: string): Promise<void> {
  const [{ rows: stopped }, { rows: locked }] = await Promise.all([
    sql`
      update run set stop_reason = ${reason}, stopped_at = null
      where workspace_id = ${step.workspaceId} and profile_id = ${step.profileId} and id = ${step.runId}
        and state = 'running'
      returning 1`.execute(tx),
    sql`
      select 1 from run_step
      where workspace_id = ${step.workspaceId} and profile_id = ${step.profileId} and run_id = ${step.runId}
        and id = ${step.stepId} and left_at is null
      for update`.execute(tx),
  ]);
  if (stopped.length === 0 || locked.length === 0) throw new StepsLeftError('the run has moved on meanwhile');
}
