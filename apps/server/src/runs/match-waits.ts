import { cancelRun, MATCHED, nodeById, satisfies, settleStep } from '@laurel/workflow';
import { sql } from 'kysely';

import type { NewEvent } from '../events/index.ts';
import type { Tx } from '../platform/db/database.ts';
import type { WorkflowVersions } from '../workflows/index.ts';
import type { RecordedChange } from './recorded-change.ts';

interface WaitRow {
  workspace_id: string;
  profile_id: string;
  action: string;
  step_id: string;
  run_id: string;
  node_id: string;
  workflow_id: string;
  version: number;
  trigger_node_id: string;
  deadline_at: Date;
  stop_reason: string | null;
  status: string;
}

/**
 * The moves of runs whose Event Filter was waiting for one of these events. Of several events the first that satisfies
 * the filter counts. Deleting the row of a wait decides who moves the run on: this, or the end of its time.
 */
export async function matchWaits(
  tx: Tx,
  versions: WorkflowVersions,
  events: readonly NewEvent[],
): Promise<RecordedChange[]> {
  const waits = await findWaits(tx, events);
  const matched: { wait: WaitRow; change: RecordedChange }[] = [];
  for (const wait of waits) {
    const workflow = await versions.get(tx, wait.workspace_id, wait.workflow_id, wait.version);
    const node = nodeById(workflow.definition, wait.node_id);
    // The run was moved to a version that does not have the filter: its timer tells the run.
    if (node?.type !== 'event-filter') continue;
    const event = events.find(
      (candidate) =>
        candidate.workspaceId === wait.workspace_id &&
        candidate.profileId === wait.profile_id &&
        candidate.action === wait.action &&
        satisfies(candidate, node.settings.where, candidate.receivedAt),
    );
    if (event === undefined) continue;
    const { definition, timeZone } = workflow;
    const context = { profileId: wait.profile_id, now: event.receivedAt, timeZone };
    const stopped = wait.status === 'stopped' ? 'the workflow was stopped' : wait.stop_reason;
    matched.push({
      wait,
      change: {
        workspaceId: wait.workspace_id,
        profileId: wait.profile_id,
        runId: wait.run_id,
        workflow,
        at: event.receivedAt,
        change:
          stopped === null
            ? settleStep(definition, node.id, { outcome: 'succeeded', output: MATCHED }, context)
            : cancelRun(definition, node.id, stopped),
        deadlineAt: wait.deadline_at,
        triggerNodeId: wait.trigger_node_id,
        events: new Map([[node.id, event]]),
        cause: {
          kind: 'step',
          stepId: wait.step_id,
          matched: event,
          fingerprint: undefined,
          mapped: undefined,
        },
      },
    });
  }
  const won = await takeWaits(
    tx,
    matched.map(({ wait }) => wait),
  );
  return matched.filter(({ wait }) => won.has(wait.step_id)).map(({ change }) => change);
}

/** The runs are held until the end of the transaction: meanwhile nobody moves one to another version. */
async function findWaits(tx: Tx, events: readonly NewEvent[]): Promise<WaitRow[]> {
  const { rows } = await sql<WaitRow>`
    select w.workspace_id, w.profile_id, w.action, w.step_id, w.run_id, w.node_id,
      r.workflow_id, r.version, r.trigger_node_id, r.deadline_at, r.stop_reason, f.status
    from (select distinct * from unnest(
      ${events.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${events.map(({ profileId }) => profileId)}::uuid[],
      ${events.map(({ action }) => action)}::text[]) as t(workspace_id, profile_id, action)) t
    cross join lateral (
      select * from event_wait
      where workspace_id = t.workspace_id and profile_id = t.profile_id and action = t.action offset 0) w
    join run r on r.id = w.run_id and r.profile_id = w.profile_id and r.workspace_id is not distinct from w.workspace_id
    join workflow f on f.workspace_id = r.workspace_id and f.id = r.workflow_id
    where r.ended_at is null
    order by w.step_id
    for no key update of r`.execute(tx);
  return rows;
}

async function takeWaits(tx: Tx, waits: readonly WaitRow[]): Promise<ReadonlySet<string>> {
  if (waits.length === 0) return new Set();
  const { rows } = await sql<{ step_id: string }>`
    delete from event_wait w using unnest(
      ${waits.map((row) => row.workspace_id)}::uuid[],
      ${waits.map((row) => row.profile_id)}::uuid[],
      ${waits.map((row) => row.action)}::text[],
      ${waits.map((row) => row.step_id)}::uuid[]) as t(workspace_id, profile_id, action, step_id)
    where w.workspace_id = t.workspace_id and w.profile_id = t.profile_id and w.action = t.action
      and w.step_id = t.step_id
    returning w.step_id`.execute(tx);
  return new Set(rows.map((row) => row.step_id));
}
