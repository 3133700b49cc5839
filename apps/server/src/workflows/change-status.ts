import type { Tx } from '../platform/db/database.ts';
import { transition } from './lifecycle.ts';
import type { Conflict, LifecycleAction } from './lifecycle.ts';
import { settlePublications } from './publication-store.ts';
import { runsEnding } from './runs-inside.ts';
import { bumpRegistry, findWorkflow, lockWorkflows, readWorkflow } from './workflow-store.ts';
import type { Workflow, WorkflowKey, WorkflowStatus } from './workflow-store.ts';

export type StatusOutcome =
  | { readonly kind: 'changed'; readonly workflow: Workflow }
  | { readonly kind: 'missing' }
  | Conflict;

/**
 * Starts, pauses, resumes, stops or finishes a workflow. What that means for its runs is done after the commit, in
 * batches, by `applyLifecycle` of the runs.
 */
export async function changeStatus(
  tx: Tx,
  now: Date,
  key: WorkflowKey,
  action: Exclude<LifecycleAction, 'publish'>,
): Promise<StatusOutcome> {
  await lockWorkflows(tx);
  const workflow = await findWorkflow(tx, key.workspaceId, { id: key.workflowId });
  if (workflow === undefined) return { kind: 'missing' };
  const next = transition(workflow.status, action);
  if (next.kind === 'conflict') return next;
  const conflict = workflow.status === 'stopped' ? await runsEnding(tx, key) : undefined;
  if (conflict !== undefined) return conflict;
  await setStatus(tx, now, key, next.status);
  return { kind: 'changed', workflow: await readWorkflow(tx, key) };
}

/** To be called under `lockWorkflows`. */
export async function setStatus(tx: Tx, now: Date, key: WorkflowKey, status: WorkflowStatus): Promise<void> {
  await tx
    .updateTable('workflow')
    .set((eb) => ({
      status,
      updated_at: now,
      // What was planned is over: a start that has come, and after a stop everything.
      ...(status === 'active' && {
        started_at: eb
          .case()
          .when('status', 'in', ['active', 'paused'])
          .then(eb.fn.coalesce('started_at', eb.val(now)))
          .else(now)
          .end(),
        start_at: null,
        stop_at: eb.case().when('stop_at', '>', now).then(eb.ref('stop_at')).else(null).end(),
      }),
      ...(status === 'stopped' && { start_at: null, stop_at: null }),
    }))
    .where('workspace_id', '=', key.workspaceId)
    .where('id', '=', key.workflowId)
    .execute();
  if (status === 'stopped') await settlePublications(tx, key, now);
  await bumpRegistry(tx);
}
