import type { Tx } from '../platform/db/database.ts';
import type { Conflict } from './lifecycle.ts';
import { runsEnding } from './runs-inside.ts';
import { findWorkflow, lockWorkflows, readWorkflow } from './workflow-store.ts';
import type { Workflow, WorkflowKey, WorkflowStatus } from './workflow-store.ts';

/** Both are to come; undefined: not planned. */
export interface Schedule {
  readonly startAt: Date | undefined;
  readonly stopAt: Date | undefined;
}

export type ScheduleOutcome =
  | { readonly kind: 'scheduled'; readonly workflow: Workflow }
  | { readonly kind: 'invalid'; readonly field: 'startAt' | 'stopAt'; readonly message: string }
  | { readonly kind: 'missing' }
  | Conflict;

/**
 * Plans when a workflow starts and stops by itself; what was planned before is replaced. A draft with a start is
 * pending once it is published; one that is stopped or finished is pending at once.
 */
export async function scheduleWorkflow(
  tx: Tx,
  now: Date,
  key: WorkflowKey,
  schedule: Schedule,
): Promise<ScheduleOutcome> {
  const { startAt, stopAt } = schedule;
  if (startAt !== undefined && startAt <= now)
    return { kind: 'invalid', field: 'startAt', message: 'must be in the future' };
  if (stopAt !== undefined && stopAt <= (startAt ?? now)) {
    const message = startAt === undefined ? 'must be in the future' : 'must be after startAt';
    return { kind: 'invalid', field: 'stopAt', message };
  }
  await lockWorkflows(tx);
  const workflow = await findWorkflow(tx, key.workspaceId, { id: key.workflowId });
  if (workflow === undefined) return { kind: 'missing' };
  const { status } = workflow;
  if (startAt !== undefined && (status === 'active' || status === 'paused')) {
    const message = `The workflow is ${status}: only its stop can be planned. To plan a start, stop it first.`;
    return { kind: 'conflict', code: `workflow-is-${status}`, message };
  }
  const next = statusWith(status, startAt);
  const conflict = status === 'stopped' && next !== status ? await runsEnding(tx, key) : undefined;
  if (conflict !== undefined) return conflict;
  await tx
    .updateTable('workflow')
    .set({ status: next, start_at: startAt ?? null, stop_at: stopAt ?? null, updated_at: now })
    .where('workspace_id', '=', key.workspaceId)
    .where('id', '=', key.workflowId)
    .execute();
  return { kind: 'scheduled', workflow: await readWorkflow(tx, key) };
}

/** None of these starts runs, so that the registry need not know. */
function statusWith(status: WorkflowStatus, startAt: Date | undefined): WorkflowStatus {
  if (status === 'pending' && startAt === undefined) return 'stopped';
  if ((status === 'stopped' || status === 'finished') && startAt !== undefined) return 'pending';
  return status;
}
