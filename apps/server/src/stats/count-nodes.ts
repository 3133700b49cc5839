import { addCounts, NO_COUNTS } from '@laurel/workflow';
import type { Counts } from '@laurel/workflow';
import { sql } from 'kysely';

import { bigints, instants, integers, texts, uuids } from '../platform/db/array-parameters.ts';
import type { Tx } from '../platform/db/database.ts';

/** What happened to one node. */
export interface NodeCount {
  readonly workspaceId: string;
  readonly workflowId: string;
  readonly version: number;
  readonly nodeId: string;
  readonly at: Date;
  readonly counts: Counts;
}

/** Rows over which concurrent writers of one node's minute are spread: with 8, waiting was the dearest statement. */
const SLOTS = 32;
const MINUTE_MS = 60_000;

/** Adds to the counters as part of the transaction of the steps that are counted. */
export async function countNodes(tx: Tx, items: readonly NodeCount[]): Promise<void> {
  const byRow = new Map<string, NodeCount & { minute: number }>();
  for (const item of items) {
    const minute = item.at.getTime() - (item.at.getTime() % MINUTE_MS);
    const key = [item.workspaceId, item.workflowId, item.version, item.nodeId, minute].join(' ');
    byRow.set(key, { ...item, minute, counts: addCounts(byRow.get(key)?.counts ?? NO_COUNTS, item.counts) });
  }
  if (byRow.size === 0) return;
  // Sorted, so that two transactions take the rows in the same order and never wait for each other in turn.
  const rows = [...byRow].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  const slot = Math.floor(Math.random() * SLOTS);
  await sql`
    insert into node_minute as n (workspace_id, workflow_id, version, node_id, minute, slot,
      entered, executed, succeeded, failed, skipped)
    select w, f, v, i, m, ${slot}, e, x, s, b, k from unnest(
      ${uuids(rows.map(({ workspaceId }) => workspaceId))}::uuid[],
      ${uuids(rows.map(({ workflowId }) => workflowId))}::uuid[],
      ${integers(rows.map(({ version }) => version))}::integer[],
      ${texts(rows.map(({ nodeId }) => nodeId))}::text[],
      ${instants(rows.map(({ minute }) => new Date(minute)))}::timestamptz[],
      ${bigints(rows.map(({ counts }) => counts.entered))}::bigint[],
      ${bigints(rows.map(({ counts }) => counts.executed))}::bigint[],
      ${bigints(rows.map(({ counts }) => counts.succeeded))}::bigint[],
      ${bigints(rows.map(({ counts }) => counts.failed))}::bigint[],
      ${bigints(rows.map(({ counts }) => counts.skipped))}::bigint[]) as t(w, f, v, i, m, e, x, s, b, k)
    on conflict (workspace_id, workflow_id, version, node_id, minute, slot) do update set
      entered = n.entered + excluded.entered,
      executed = n.executed + excluded.executed,
      succeeded = n.succeeded + excluded.succeeded,
      failed = n.failed + excluded.failed,
      skipped = n.skipped + excluded.skipped`.execute(tx);
}
