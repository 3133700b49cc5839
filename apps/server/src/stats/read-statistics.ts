import type { Counts } from '@laurel/workflow';
import { sql } from 'kysely';

import type { Queryable } from '../platform/db/database.ts';

export interface NodeStatistics extends Counts {
  readonly nodeId: string;
}

export interface MinuteStatistics extends NodeStatistics {
  /** The start of the minute. */
  readonly minute: Date;
}

export interface StatisticsQuery {
  readonly workspaceId: string;
  readonly workflowId: string;
  /** Only this version. Default: all. */
  readonly version?: number | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

const SUMS = sql`sum(entered)::bigint as entered, sum(executed)::bigint as executed,
  sum(succeeded)::bigint as succeeded, sum(failed)::bigint as failed, sum(skipped)::bigint as skipped`;

/** The counters of each node, over the whole time that is asked for. */
export async function readTotals(db: Queryable, query: StatisticsQuery): Promise<NodeStatistics[]> {
  const { rows } = await sql<NodeStatistics>`
    select node_id as "nodeId", ${SUMS} from node_minute where ${conditions(query)}
    group by node_id order by node_id`.execute(db);
  return rows;
}

/** The counters of each node by minute, in order of time. */
export async function readMinutes(db: Queryable, query: StatisticsQuery): Promise<MinuteStatistics[]> {
  const { rows } = await sql<MinuteStatistics>`
    select node_id as "nodeId", minute, ${SUMS} from node_minute where ${conditions(query)}
    group by node_id, minute order by minute, node_id`.execute(db);
  return rows;
}

function conditions({ workspaceId, workflowId, version, from, to }: StatisticsQuery) {
  const parts = [sql`workspace_id = ${workspaceId}`, sql`workflow_id = ${workflowId}`];
  if (version !== undefined) parts.push(sql`version = ${version}`);
  if (from !== undefined) parts.push(sql`minute >= ${from}`);
  if (to !== undefined) parts.push(sql`minute < ${to}`);
  return sql.join(parts, sql` and `);
}
