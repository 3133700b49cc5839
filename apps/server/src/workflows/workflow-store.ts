import type { Definition } from '@laurel/workflow';
import { sql } from 'kysely';

import type { Queryable, Tx } from '../platform/db/database.ts';
import { storedDefinition } from './active-workflows.ts';

const STATUSES = ['draft', 'pending', 'active', 'paused', 'stopped', 'finished'] as const;
export type WorkflowStatus = (typeof STATUSES)[number];

export interface Workflow {
  readonly id: string;
  readonly name: string;
  readonly status: WorkflowStatus;
  readonly newestVersion: number;
  /** Whether the newest version has not been published. */
  readonly hasDraft: boolean;
  /** The version that was published last: new runs take it. Undefined where none was. */
  readonly activeVersion: number | undefined;
  /** When a workflow that is pending starts; of a draft, when it will once it is published. */
  readonly startAt: Date | undefined;
  /** When it stops by itself. */
  readonly stopAt: Date | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Which workflow, and whose. */
export interface WorkflowKey {
  readonly workspaceId: string;
  readonly workflowId: string;
}

interface Row {
  id: string;
  name: string;
  status: string;
  newest_version: number;
  has_draft: boolean;
  active_version: number | null;
  start_at: Date | null;
  stop_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

const SELECT = sql`
  select w.id, w.name, w.status, w.newest_version, v.published_at is null as has_draft, w.active_version, w.start_at,
    w.stop_at, w.created_at, w.updated_at
  from workflow w
  join workflow_version v
    on v.workspace_id = w.workspace_id and v.workflow_id = w.id and v.version = w.newest_version`;

function workflowOf(row: Row): Workflow {
  return {
    id: row.id,
    name: row.name,
    status: statusOf(row.status),
    newestVersion: row.newest_version,
    hasDraft: row.has_draft,
    activeVersion: row.active_version ?? undefined,
    startAt: row.start_at ?? undefined,
    stopAt: row.stop_at ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function statusOf(text: string): WorkflowStatus {
  const status = STATUSES.find((known) => known === text);
  if (status !== undefined) return status;
  throw new Error(`a workflow has the unknown status ${text}`);
}

/** By name. */
export async function listWorkflows(db: Queryable, workspaceId: string): Promise<Workflow[]> {
  const { rows } = await sql<Row>`${SELECT} where w.workspace_id = ${workspaceId} order by w.name`.execute(
    db,
  );
  return rows.map(workflowOf);
}

export async function findWorkflow(
  db: Queryable,
  workspaceId: string,
  by: { id: string } | { name: string },
): Promise<Workflow | undefined> {
  const condition = 'id' in by ? sql`w.id = ${by.id}` : sql`w.name = ${by.name}`;
  const { rows } = await sql<Row>`${SELECT} where w.workspace_id = ${workspaceId} and ${condition}`.execute(
    db,
  );
  const [row] = rows;
  return row === undefined ? undefined : workflowOf(row);
}

/** A workflow that the caller knows to be there. */
export async function readWorkflow(db: Queryable, key: WorkflowKey): Promise<Workflow> {
  const workflow = await findWorkflow(db, key.workspaceId, { id: key.workflowId });
  if (workflow === undefined) throw new Error(`workflow ${key.workflowId} vanished`);
  return workflow;
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

/**
 * Serialises the writers of workflows, which are people and a scheduler, until the end of the transaction: names stay
 * unique without catching an error, and what one of them has checked stays true.
 */
export async function lockWorkflows(tx: Tx): Promise<void> {
  await tx.selectFrom('workflow_registry').select('revision').forUpdate().execute();
}

/** Tells every process that what events start has changed. */
export async function bumpRegistry(tx: Tx): Promise<void> {
  await tx
    .updateTable('workflow_registry')
    .set((eb) => ({ revision: eb('revision', '+', 1) }))
    .execute();
}
