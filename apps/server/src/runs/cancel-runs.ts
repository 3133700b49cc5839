import { cancelRun, nodeById } from '@laurel/workflow';
import { sql } from 'kysely';

import type { EventLog } from '../events/index.ts';
import type { Tx } from '../platform/db/database.ts';
import type { WorkflowKey, WorkflowVersions } from '../workflows/index.ts';
import { hasStep, loadInside, stepKeys } from './load-inside.ts';
import type { InsideQuery, InsideRun, RunAtStep } from './load-inside.ts';
import { planChanges } from './record-changes.ts';
import type { RecordTools } from './record-changes.ts';
import type { RecordedChange } from './recorded-change.ts';

export interface InsideTools extends RecordTools {
  readonly versions: WorkflowVersions;
  readonly log: EventLog;
}

export interface CancelQuery extends InsideQuery {
  readonly at: Date;
  /** Of runs that have no reason yet. */
  readonly reason: string;
}

export interface CancelledRuns {
  /** How many were found. */
  readonly reached: number;
  /** The one that was reached last. */
  readonly last: string | undefined;
  /** To be called after the commit. */
  readonly confirm: () => void;
}

/**
 * Ends the next runs inside a workflow, at most `INSIDE_ROWS`, as part of the caller's transaction. A run is cancelled
 * where it is, unless a worker has its step in hand, or a request has left whose outcome is unknown: such a step is
 * finished first, and the run goes no further. Throws `StepsLeftError` where a run moved on meanwhile: then the
 * transaction is to be done again.
 */
export async function cancelRuns(tx: Tx, tools: InsideTools, query: CancelQuery): Promise<CancelledRuns> {
  const runs = await loadInside(tx, query);
  if (runs.length === 0) return { reached: 0, last: undefined, confirm: () => undefined };
  const candidates = await withChanges(tx, tools, runs.filter(hasStep), query);
  const withdrawn = await tools.queue.cancel(
    tx,
    candidates.flatMap(({ run }) => run.step.jobId ?? []),
  );
  const cancelled = candidates.filter(
    ({ run: { step } }) => step.jobId === undefined || withdrawn.has(step.jobId),
  );
  const ended = new Set(cancelled.map(({ run }) => run.runId));
  const planned = await planChanges(
    tx,
    tools,
    cancelled.map(({ change }) => change),
  );
  const [confirm] = await Promise.all([
    tools.log.append(tx, planned.events),
    planned.write(tx),
    unpark(
      tx,
      query,
      cancelled.map(({ run }) => run),
    ),
    markStopped(
      tx,
      query,
      runs.filter(({ runId }) => !ended.has(runId)),
    ),
  ]);
  return {
    reached: runs.length,
    last: runs.at(-1)?.runId,
    confirm: () => {
      confirm();
      planned.confirm();
    },
  };
}

async function withChanges(
  tx: Tx,
  { versions }: InsideTools,
  runs: readonly RunAtStep[],
  { workspaceId, workflowId, at, reason }: CancelQuery,
): Promise<{ run: RunAtStep; change: RecordedChange }[]> {
  const made: { run: RunAtStep; change: RecordedChange }[] = [];
  for (const run of runs) {
    const { profileId, runId, step, deadlineAt, triggerNodeId } = run;
    const workflow = await versions.get(tx, workspaceId, workflowId, run.version);
    // Without its node it is not known where to count it: its job says so.
    if (step.unknownRequest || nodeById(workflow.definition, step.nodeId) === undefined) continue;
    const change: RecordedChange = {
      workspaceId,
      profileId,
      runId,
      workflow,
      at,
      change: cancelRun(workflow.definition, step.nodeId, run.stopReason ?? reason),
      deadlineAt,
      triggerNodeId,
      events: new Map(),
      cause: {
        kind: 'step',
        stepId: step.stepId,
        matched: undefined,
        fingerprint: undefined,
        mapped: undefined,
      },
    };
    made.push({ run, change });
  }
  return made;
}

async function unpark(
  tx: Tx,
  { workspaceId, workflowId }: WorkflowKey,
  runs: readonly RunAtStep[],
): Promise<void> {
  const parked = runs.filter(({ step }) => step.state === 'paused');
  if (parked.length === 0) return;
  await sql`
    delete from parked_step p
    using unnest(${stepKeys(workspaceId, parked)}) as t(workspace_id, profile_id, run_id, step_id)
    where p.workspace_id = t.workspace_id and p.workflow_id = ${workflowId} and p.profile_id = t.profile_id
      and p.run_id = t.run_id and p.step_id = t.step_id`.execute(tx);
}

async function markStopped(
  tx: Tx,
  { workspaceId, at, reason }: CancelQuery,
  runs: readonly InsideRun[],
): Promise<void> {
  if (runs.length === 0) return;
  await sql`
    update run r set stop_reason = ${reason}, stopped_at = ${at}
    from unnest(${runs.map(({ profileId }) => profileId)}::uuid[], ${runs.map(({ runId }) => runId)}::uuid[])
      as t(profile_id, id)
    where r.workspace_id = ${workspaceId} and r.profile_id = t.profile_id and r.id = t.id
      and r.ended_at is null and r.stop_reason is null`.execute(tx);
}
