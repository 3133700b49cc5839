import { isDeepStrictEqual } from 'node:util';

import type { Definition } from '@laurel/workflow';

import type { Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import { findWorkflow, readVersion, readWorkflow } from './workflow-store.ts';
import type { Workflow } from './workflow-store.ts';

export interface WriteDraft {
  readonly workspaceId: string;
  /** The workflow to change; undefined makes one. */
  readonly id: string | undefined;
  readonly name: string;
  readonly definition: Definition;
}

export type WriteOutcome =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly workflow: Workflow }
  | { readonly kind: 'missing' }
  | { readonly kind: 'name-taken' };

/**
 * Keeps a definition as the newest version. While that is not published it changes in place; a published one never
 * changes, so that the next version begins. To be called under `lockWorkflows`.
 */
export async function writeDraft(tx: Tx, now: Date, input: WriteDraft): Promise<WriteOutcome> {
  const { workspaceId, name, definition } = input;
  const holder = await findWorkflow(tx, workspaceId, { name });
  const before = input.id === undefined ? undefined : await findWorkflow(tx, workspaceId, { id: input.id });
  if (input.id !== undefined && before === undefined) return { kind: 'missing' };
  if (holder !== undefined && holder.id !== before?.id) return { kind: 'name-taken' };
  const id = before?.id ?? newId();
  const newest = before && (await readVersion(tx, workspaceId, id, before.newestVersion));
  const same = isDeepStrictEqual(newest, definition);
  if (before && same && before.name === name) return { kind: 'unchanged', workflow: before };
  const version = nextVersion(before, same);
  const values = { name, newest_version: version, updated_at: now };
  await tx
    .insertInto('workflow')
    .values({ workspace_id: workspaceId, id, status: 'draft', created_at: now, ...values })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'id']).doUpdateSet(values))
    .execute();
  if (!same) {
    const written = { definition: JSON.stringify(definition), created_at: now };
    await tx
      .insertInto('workflow_version')
      .values({ workspace_id: workspaceId, workflow_id: id, version, ...written })
      .onConflict((conflict) =>
        conflict.columns(['workspace_id', 'workflow_id', 'version']).doUpdateSet(written),
      )
      .execute();
  }
  const workflow = await readWorkflow(tx, { workspaceId, workflowId: id });
  return { kind: before === undefined ? 'created' : 'updated', workflow };
}

function nextVersion(before: Workflow | undefined, same: boolean): number {
  if (before === undefined) return 1;
  return same || before.hasDraft ? before.newestVersion : before.newestVersion + 1;
}
