import { isDeepStrictEqual } from 'node:util';

import type { Definition } from '@laurel/workflow';

import type { Queryable, Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import { storedDefinition } from './active-workflows.ts';

const STATUSES = ['draft', 'pending', 'active', 'paused', 'stopped', 'finished'] as const;
export type WorkflowStatus = (typeof STATUSES)[number];

export interface Workflow {
  readonly id: string;
  readonly name: string;
  readonly status: WorkflowStatus;
  readonly newestVersion: number;
  /** The version that new runs take; undefined where the workflow never ran. */
  readonly activeVersion: number | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const COLUMNS = [
  'id',
  'name',
  'status',
  'newest_version',
  'active_version',
  'created_at',
  'updated_at',
] as const;

interface Row {
  id: string;
  name: string;
  status: string;
  newest_version: number;
  active_version: number | null;
  created_at: Date;
  updated_at: Date;
}

function workflowOf(row: Row): Workflow {
  return {
    id: row.id,
    name: row.name,
    status: statusOf(row.status),
    newestVersion: row.newest_version,
    activeVersion: row.active_version ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function statusOf(text: string): WorkflowStatus {
  const status = STATUSES.find((known) => known === text);
  if (status !== undefined) return status;
  throw new Error(`a workflow has the unknown status ${text}`);
}

export async function listWorkflows(db: Queryable, workspaceId: string): Promise<Workflow[]> {
  const rows = await db
    .selectFrom('workflow')
    .select(COLUMNS)
    .where('workspace_id', '=', workspaceId)
    .orderBy('name')
    .execute();
  return rows.map(workflowOf);
}

export async function findWorkflow(
  db: Queryable,
  workspaceId: string,
  by: { id: string } | { name: string },
): Promise<Workflow | undefined> {
  const select = db.selectFrom('workflow').select(COLUMNS).where('workspace_id', '=', workspaceId);
  const row = await (
    'id' in by ? select.where('id', '=', by.id) : select.where('name', '=', by.name)
  ).executeTakeFirst();
  return row === undefined ? undefined : workflowOf(row);
}

export async function readVersion(
  db: Queryable,
  workspaceId: string,
  workflowId: string,
  version: number,
): Promise<Definition | undefined> {
  const row = await db
    .selectFrom('workflow_version')
    .select('definition')
    .where('workspace_id', '=', workspaceId)
    .where('workflow_id', '=', workflowId)
    .where('version', '=', version)
    .executeTakeFirst();
  return row === undefined ? undefined : storedDefinition(row.definition);
}

export interface WriteWorkflow {
  readonly workspaceId: string;
  /** The workflow to change; undefined makes one. */
  readonly id: string | undefined;
  readonly name: string;
  readonly definition: Definition;
  /** Whether new runs take this definition from now on. */
  readonly activate: boolean;
}

export type WriteOutcome =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly workflow: Workflow }
  | { readonly kind: 'missing' }
  | { readonly kind: 'name-taken' };

/**
 * Writes a definition as the newest version (unless it is that already) and, where wanted, makes it the active one.
 * A version never changes: runs that started on an older one finish on it.
 */
export async function writeWorkflow(tx: Tx, now: Date, input: WriteWorkflow): Promise<WriteOutcome> {
  const { workspaceId, name, definition } = input;
  // Serialises the writers of workflows, which are people: names stay unique without catching an error.
  await tx.selectFrom('workflow_registry').select('revision').forUpdate().execute();
  const holder = await findWorkflow(tx, workspaceId, { name });
  const before = input.id === undefined ? undefined : await findWorkflow(tx, workspaceId, { id: input.id });
  if (input.id !== undefined && before === undefined) return { kind: 'missing' };
  if (holder !== undefined && holder.id !== before?.id) return { kind: 'name-taken' };
  const id = before?.id ?? newId();
  const newest = before && (await readVersion(tx, workspaceId, id, before.newestVersion));
  const sameDefinition = isDeepStrictEqual(newest, definition);
  const version = sameDefinition && before ? before.newestVersion : (before?.newestVersion ?? 0) + 1;
  const runsAlready = before?.status === 'active' && before.activeVersion === version;
  if (before && sameDefinition && before.name === name && (!input.activate || runsAlready)) {
    return { kind: 'unchanged', workflow: before };
  }
  const values = {
    name,
    newest_version: version,
    updated_at: now,
    ...(input.activate && { status: 'active', active_version: version }),
  };
  await tx
    .insertInto('workflow')
    .values({ workspace_id: workspaceId, id, status: 'draft', created_at: now, ...values })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'id']).doUpdateSet(values))
    .execute();
  if (!sameDefinition) {
    await tx
      .insertInto('workflow_version')
      .values({
        workspace_id: workspaceId,
        workflow_id: id,
        version,
        definition: JSON.stringify(definition),
        created_at: now,
      })
      .execute();
  }
  if (input.activate) await bumpRegistry(tx);
  const workflow = await findWorkflow(tx, workspaceId, { id });
  if (workflow === undefined) throw new Error(`workflow ${id} vanished while it was written`);
  return { kind: before === undefined ? 'created' : 'updated', workflow };
}

/** Tells every process that what events start has changed. */
export async function bumpRegistry(tx: Tx): Promise<void> {
  await tx
    .updateTable('workflow_registry')
    .set((eb) => ({ revision: eb('revision', '+', 1) }))
    .execute();
}
