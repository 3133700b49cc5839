import type { failureGroupSchema } from '@laurel/contract';
import { nodeById } from '@laurel/workflow';
import { sql } from 'kysely';
import type { z } from 'zod';

import { boundedRead } from '../platform/db/bounded-read.ts';
import type { BoundedRead } from '../platform/db/bounded-read.ts';
import type { Database, Tx } from '../platform/db/database.ts';
import type { WorkflowVersions } from '../workflows/index.ts';

export type FailureGroup = z.input<typeof failureGroupSchema>;

/** Most groups that are answered: the ones with the newest failures. */
const MAX_GROUPS = 200;
/** So many of the newest runs of a group tell at which nodes it fails. */
const LOOKED_AT = 20;

interface GroupRow {
  workflow_id: string;
  workflow_name: string;
  fingerprint: string;
  count: number;
  replayed: number;
  first_at: Date;
  last_at: Date;
}

export interface FailureQuery {
  readonly workspaceId: string;
  /** Default: all. */
  readonly workflowId?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** What went wrong in runs that started in a time, by what the failures have in common; the newest first. Test runs are left out. */
export async function groupFailures(
  db: Database,
  versions: WorkflowVersions,
  query: FailureQuery,
): Promise<BoundedRead<FailureGroup[]>> {
  return await boundedRead(db, async (tx) => {
    const groups: FailureGroup[] = [];
    for (const row of await readGroups(tx, query)) {
      groups.push({
        workflowId: row.workflow_id,
        workflowName: row.workflow_name,
        fingerprint: row.fingerprint,
        count: row.count,
        replayed: row.replayed,
        firstAt: row.first_at.toISOString(),
        lastAt: row.last_at.toISOString(),
        ...(await readSample(tx, versions, query.workspaceId, row)),
      });
    }
    return groups;
  });
}

async function readGroups(tx: Tx, query: FailureQuery): Promise<GroupRow[]> {
  const conditions = [
    sql`r.workspace_id = ${query.workspaceId}`,
    sql`r.fingerprint is not null`,
    sql`not r.test`,
  ];
  if (query.workflowId !== undefined) conditions.push(sql`r.workflow_id = ${query.workflowId}`);
  if (query.from !== undefined) conditions.push(sql`r.started_at >= ${query.from}`);
  if (query.to !== undefined) conditions.push(sql`r.started_at < ${query.to}`);
  const { rows } = await sql<GroupRow>`
    select g.*, w.name as workflow_name from (
      select r.workflow_id, r.fingerprint, count(*)::integer as count, min(r.started_at) as first_at,
        max(r.started_at) as last_at, (count(*) filter (where exists (
          select from run n where n.workspace_id = r.workspace_id and n.replay_of = r.id)))::integer as replayed
      from run r where ${sql.join(conditions, sql` and `)}
      group by r.workflow_id, r.fingerprint
      order by max(r.started_at) desc, r.fingerprint limit ${MAX_GROUPS}) g
    join workflow w on w.workspace_id = ${query.workspaceId} and w.id = g.workflow_id
    order by g.last_at desc, g.fingerprint`.execute(tx);
  return rows;
}

/** The newest run of a group, and the nodes at which the newest ones failed. */
async function readSample(
  tx: Tx,
  versions: WorkflowVersions,
  workspaceId: string,
  { workflow_id: workflowId, fingerprint, last_at: lastAt }: GroupRow,
): Promise<Pick<FailureGroup, 'nodes' | 'sampleRunId'>> {
  const { rows } = await sql<{ id: string; version: number; node_id: string | null }>`
    select r.id, r.version, s.node_id from (
      select * from run
      where workspace_id = ${workspaceId} and workflow_id = ${workflowId} and fingerprint = ${fingerprint}
        and started_at <= ${lastAt} and not test
      order by started_at desc, id desc limit ${LOOKED_AT}) r
    left join run_step s on s.workspace_id = r.workspace_id and s.profile_id = r.profile_id and s.run_id = r.id
      and s.state = 'failed'
    order by r.started_at desc, r.id desc, s.id`.execute(tx);
  const nodes = new Map<string, { nodeId: string; title: string }>();
  for (const { version, node_id: nodeId } of rows) {
    if (nodeId === null || nodes.has(nodeId)) continue;
    const { definition } = await versions.get(tx, workspaceId, workflowId, version);
    nodes.set(nodeId, { nodeId, title: nodeById(definition, nodeId)?.title ?? nodeId });
  }
  const [newest] = rows;
  if (newest === undefined) throw new Error(`the failures "${fingerprint}" of ${workflowId} have no run`);
  return { nodes: [...nodes.values()], sampleRunId: newest.id };
}
