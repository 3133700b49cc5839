import { describeLimit, limitOf, periodStart, refuseEntered, refuseRun } from '@laurel/workflow';
import type { NodeLimit, WorkflowNode } from '@laurel/workflow';
import { sql } from 'kysely';

import type { Tx } from '../platform/db/database.ts';
import type { RecordedChange } from './recorded-change.ts';

interface Use {
  readonly index: number;
  readonly node: WorkflowNode;
  readonly limit: NodeLimit;
  readonly recorded: RecordedChange;
  readonly periodStart: Date;
}

/**
 * Holds back what goes beyond the limits of nodes, in the transaction that writes the changes: two of them never get
 * the last place both. Changes that meet no limit cost nothing.
 */
export async function reserveLimits(tx: Tx, changes: readonly RecordedChange[]): Promise<RecordedChange[]> {
  // A trigger first: a run that it holds back is at no action.
  const started = await reserve(tx, changes, triggerOf, (recorded, reason) =>
    refuseRun(recorded.workflow.definition, recorded.triggerNodeId, reason),
  );
  return await reserve(tx, started, enteredOf, ({ change }, reason) => refuseEntered(change, reason));
}

function triggerOf({ cause, change }: RecordedChange): WorkflowNode | undefined {
  // A run that is done again has been counted.
  return cause.kind === 'start' && cause.replayOf === undefined ? change.steps[0]?.node : undefined;
}

function enteredOf({ change }: RecordedChange): WorkflowNode | undefined {
  const last = change.steps.at(-1);
  return last?.kind === 'entered' ? last.node : undefined;
}

async function reserve(
  tx: Tx,
  changes: readonly RecordedChange[],
  nodeOf: (recorded: RecordedChange) => WorkflowNode | undefined,
  refuse: (recorded: RecordedChange, reason: string) => RecordedChange['change'],
): Promise<RecordedChange[]> {
  const uses = changes.flatMap((recorded, index): Use[] => {
    const node = nodeOf(recorded);
    const limit = node && limitOf(node);
    if (node === undefined || limit === undefined) return [];
    const start = periodStart(limit, recorded.at, recorded.workflow.timeZone);
    return [{ index, node, limit, recorded, periodStart: start }];
  });
  if (uses.length === 0) return [...changes];
  const result = [...changes];
  const groups = [...Map.groupBy(uses, keyOf)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const asked = await ask(
    tx,
    groups.map(([, group]) => group),
  );
  for (const [key, group] of groups) {
    const before = (asked.get(key) ?? 0) - group.length;
    for (const [place, { index, limit, recorded }] of group.entries()) {
      if (before + place < limit.count) continue;
      const reason = `the limit of ${describeLimit(limit)} is reached`;
      result[index] = { ...recorded, change: refuse(recorded, reason) };
    }
  }
  return result;
}

const keyOf = ({ recorded, node, periodStart: start }: Use): string =>
  [recorded.workspaceId, recorded.profileId, recorded.workflow.workflowId, node.id, start.toISOString()].join(
    ' ',
  );

/** Counts what is asked for, granted or not; answers the counts by key. */
async function ask(tx: Tx, groups: readonly (readonly Use[])[]): Promise<ReadonlyMap<string, number>> {
  const firsts = groups.flatMap(([first]) => (first === undefined ? [] : [first]));
  const { rows } = await sql<{
    workspace_id: string;
    profile_id: string;
    workflow_id: string;
    node_id: string;
    period_start: Date;
    asked: number;
  }>`
    insert into node_use as u (workspace_id, profile_id, workflow_id, node_id, period_start, asked)
    select * from unnest(
      ${firsts.map(({ recorded }) => recorded.workspaceId)}::uuid[],
      ${firsts.map(({ recorded }) => recorded.profileId)}::uuid[],
      ${firsts.map(({ recorded }) => recorded.workflow.workflowId)}::uuid[],
      ${firsts.map(({ node }) => node.id)}::text[],
      ${firsts.map(({ periodStart: start }) => start.toISOString())}::timestamptz[],
      ${groups.map((group) => group.length)}::integer[])
    on conflict (workspace_id, profile_id, workflow_id, node_id, period_start)
      do update set asked = u.asked + excluded.asked
    returning workspace_id, profile_id, workflow_id, node_id, period_start, asked`.execute(tx);
  return new Map(
    rows.map((row) => [
      [row.workspace_id, row.profile_id, row.workflow_id, row.node_id, row.period_start.toISOString()].join(
        ' ',
      ),
      row.asked,
    ]),
  );
}
