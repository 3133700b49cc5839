import type { Tx } from '../platform/db/database.ts';
import { findWorkflow, lockWorkflows, readVersion } from './workflow-store.ts';
import type { Workflow, WorkflowKey } from './workflow-store.ts';
import { writeDraft } from './write-draft.ts';

const MAX_NAME = 200;

export type DuplicateOutcome =
  | { readonly kind: 'duplicated'; readonly workflow: Workflow }
  | { readonly kind: 'missing' }
  | { readonly kind: 'name-taken' };

/** Makes a draft with the newest definition of a workflow. Without a name it is a numbered copy by the name. */
export async function duplicateWorkflow(
  tx: Tx,
  now: Date,
  { workspaceId, workflowId }: WorkflowKey,
  name: string | undefined,
): Promise<DuplicateOutcome> {
  await lockWorkflows(tx);
  const workflow = await findWorkflow(tx, workspaceId, { id: workflowId });
  if (workflow === undefined) return { kind: 'missing' };
  const definition = await readVersion(tx, workspaceId, workflowId, workflow.newestVersion);
  if (definition === undefined) throw new Error(`workflow ${workflowId} has no newest version`);
  const written = await writeDraft(tx, now, {
    workspaceId,
    id: undefined,
    name: name ?? (await freeName(tx, workspaceId, workflow.name)),
    definition,
  });
  switch (written.kind) {
    case 'missing':
    case 'unchanged':
    case 'updated':
      throw new Error('a copy is a workflow of its own');
    case 'name-taken':
      return written;
    case 'created':
      return { kind: 'duplicated', workflow: written.workflow };
  }
}

async function freeName(tx: Tx, workspaceId: string, name: string): Promise<string> {
  for (let number = 1; ; number++) {
    const end = number === 1 ? ' (copy)' : ` (copy ${number})`;
    const candidate = `${name.slice(0, MAX_NAME - end.length)}${end}`;
    if ((await findWorkflow(tx, workspaceId, { name: candidate })) === undefined) return candidate;
  }
}
