import type { Tx } from '../platform/db/database.ts';
import type { Conflict } from './lifecycle.ts';
import { countRunsInside } from './runs-inside.ts';
import { bumpRegistry, findWorkflow, lockWorkflows } from './workflow-store.ts';
import type { WorkflowKey } from './workflow-store.ts';

/** What means nothing without the workflow. */
const OWN_TABLES = ['publication', 'workflow_version', 'node_use', 'parked_step', 'audience_run'] as const;

export type DeleteOutcome = { readonly kind: 'deleted' } | { readonly kind: 'missing' } | Conflict;

/**
 * Deletes a workflow with its versions. It must be a draft, or be stopped and have no run inside. What its runs did
 * stays: their history, the statistics and the ledger.
 */
export async function deleteWorkflow(tx: Tx, key: WorkflowKey): Promise<DeleteOutcome> {
  await lockWorkflows(tx);
  const { workspaceId, workflowId } = key;
  const workflow = await findWorkflow(tx, workspaceId, { id: workflowId });
  if (workflow === undefined) return { kind: 'missing' };
  const { status } = workflow;
  if (status !== 'draft' && status !== 'stopped') {
    const message = `The workflow is ${status}: stop it before you delete it.`;
    return { kind: 'conflict', code: `workflow-is-${status}`, message };
  }
  if ((await countRunsInside(tx, key)).size > 0) {
    const message = 'Runs of the workflow have not ended yet: try again when they have.';
    return { kind: 'conflict', code: 'workflow-has-runs', message };
  }
  for (const table of OWN_TABLES) {
    await tx
      .deleteFrom(table)
      .where('workspace_id', '=', workspaceId)
      .where('workflow_id', '=', workflowId)
      .execute();
  }
  await tx
    .deleteFrom('workflow')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', workflowId)
    .execute();
  // Nobody waits for the events of its filters any more.
  await bumpRegistry(tx);
  return { kind: 'deleted' };
}
