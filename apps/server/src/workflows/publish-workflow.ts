import { validateDefinition } from '@laurel/workflow';
import type { Issue } from '@laurel/workflow';

import type { Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import { setStatus } from './change-status.ts';
import { loadCheckEnvironment } from './check-environment.ts';
import { transition } from './lifecycle.ts';
import type { Conflict } from './lifecycle.ts';
import { insertPublication } from './publication-store.ts';
import type { RunsInside } from './publication-store.ts';
import { runsEnding, runsMoving } from './runs-inside.ts';
import { findWorkflow, lockWorkflows, readVersion, readWorkflow } from './workflow-store.ts';
import type { Workflow, WorkflowKey } from './workflow-store.ts';

export interface PublishWorkflow extends WorkflowKey {
  /** Default: the newest. An older one takes the workflow back to it. */
  readonly version?: number | undefined;
  /** Why, for people. */
  readonly note: string;
  readonly runsInside: RunsInside;
}

export type PublishOutcome =
  | {
      readonly kind: 'published';
      readonly workflow: Workflow;
      readonly publicationId: string;
      /** Warnings. */
      readonly issues: readonly Issue[];
    }
  /** It has errors. */
  | { readonly kind: 'refused'; readonly issues: readonly Issue[] }
  | { readonly kind: 'missing' }
  | { readonly kind: 'version-missing' }
  | Conflict;

/**
 * Makes a version the one that new runs take. Runs that are inside are dealt with after the commit, in batches, by
 * `applyLifecycle` of the runs. A published version never changes: to go back, an older one is published again.
 */
export async function publishWorkflow(tx: Tx, now: Date, input: PublishWorkflow): Promise<PublishOutcome> {
  await lockWorkflows(tx);
  const workflow = await findWorkflow(tx, input.workspaceId, { id: input.workflowId });
  if (workflow === undefined) return { kind: 'missing' };
  const version = input.version ?? workflow.newestVersion;
  const definition = await readVersion(tx, input.workspaceId, workflow.id, version);
  if (definition === undefined) return { kind: 'version-missing' };
  const issues = validateDefinition(definition, await loadCheckEnvironment(tx, input.workspaceId));
  if (issues.some(({ severity }) => severity === 'error')) return { kind: 'refused', issues };
  const conflict = await publishConflict(tx, input, workflow);
  if (conflict !== undefined) return conflict;
  const published = await publishVersion(tx, now, workflow, { ...input, version });
  return { kind: 'published', ...published, issues };
}

/** What keeps the next version from being published now. */
export async function publishConflict(
  tx: Tx,
  key: WorkflowKey,
  { status }: Workflow,
): Promise<Conflict | undefined> {
  return (await runsMoving(tx, key)) ?? (status === 'stopped' ? await runsEnding(tx, key) : undefined);
}

/** To be called under `lockWorkflows`, with a version that has no errors and where nothing is in the way. */
export async function publishVersion(
  tx: Tx,
  now: Date,
  workflow: Workflow,
  input: PublishWorkflow & { readonly version: number },
): Promise<{ readonly workflow: Workflow; readonly publicationId: string }> {
  const { workspaceId, workflowId, version, note, runsInside } = input;
  const startsLater = workflow.startAt !== undefined && workflow.startAt > now;
  const next = transition(workflow.status, 'publish', startsLater);
  if (next.kind === 'conflict') throw new Error(next.message);
  await tx
    .updateTable('workflow')
    .set({ active_version: version })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', workflowId)
    .execute();
  await tx
    .updateTable('workflow_version')
    .set({ published_at: now, note })
    .where('workspace_id', '=', workspaceId)
    .where('workflow_id', '=', workflowId)
    .where('version', '=', version)
    .execute();
  const publicationId = newId();
  await insertPublication(tx, input, { id: publicationId, version, note, publishedAt: now, runsInside });
  await setStatus(tx, now, input, next.status);
  return { workflow: await readWorkflow(tx, input), publicationId };
}
