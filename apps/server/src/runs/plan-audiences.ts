import { nextAudience } from '@laurel/workflow';
import { sql } from 'kysely';

import { inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { changeStatus } from '../workflows/index.ts';
import type { WorkflowVersions } from '../workflows/index.ts';
import type { AudienceQueue } from './audience-job.ts';

interface ActiveRow {
  workspace_id: string;
  id: string;
  version: number;
  started_at: Date;
}

/**
 * Sees to it that every audience of an active workflow has its next occurrence, with a job at its time, and ends
 * workflows whose audiences are all over. Called again and again by each scheduler: the row of an occurrence is unique,
 * so that of several one makes it.
 */
export async function planAudiences(
  platform: Platform,
  versions: WorkflowVersions,
  queue: AudienceQueue,
): Promise<void> {
  for (const active of await activeAudiences(platform)) {
    const { definition } = await versions.get(platform.db, active.workspace_id, active.id, active.version);
    let goesOn = false;
    for (const node of definition.nodes) {
      if (node.type === 'profile-event') goesOn = true;
      if (node.type !== 'audience') continue;
      const last = await lastOccurrence(platform, active, node.id);
      if (last !== undefined && (last.state === 'scheduled' || last.state === 'running')) {
        goesOn = true;
        continue;
      }
      const due = nextAudience(node.settings.schedule, active.started_at, last?.due_at);
      if (due === undefined) continue;
      goesOn = true;
      await schedule(platform, queue, active, node.id, due);
    }
    if (!goesOn) await finish(platform, active);
  }
}

/** Active workflows that an audience starts, with the start from which their schedules count. */
async function activeAudiences({ db }: Platform): Promise<ActiveRow[]> {
  const { rows } = await sql<ActiveRow>`
    select w.workspace_id, w.id, v.version, coalesce(w.started_at, v.created_at) as started_at
    from workflow w
    join workflow_version v on v.workspace_id = w.workspace_id and v.workflow_id = w.id
      and v.version = w.active_version
    where w.status = 'active' and v.definition @? '$.nodes[*] ? (@.type == "audience")'
    order by w.workspace_id, w.id`.execute(db);
  return rows;
}

async function lastOccurrence({ db }: Platform, active: ActiveRow, nodeId: string) {
  return await db
    .selectFrom('audience_run')
    .select(['due_at', 'state'])
    .where('workspace_id', '=', active.workspace_id)
    .where('workflow_id', '=', active.id)
    .where('node_id', '=', nodeId)
    .where('due_at', '>=', active.started_at)
    .orderBy('due_at', 'desc')
    .limit(1)
    .executeTakeFirst();
}

async function schedule(
  platform: Platform,
  queue: AudienceQueue,
  active: ActiveRow,
  nodeId: string,
  due: Date,
): Promise<void> {
  await inTransaction(platform.db, async (tx) => {
    const id = newId();
    const made = await tx
      .insertInto('audience_run')
      .values({
        workspace_id: active.workspace_id,
        id,
        workflow_id: active.id,
        version: active.version,
        node_id: nodeId,
        due_at: due,
        state: 'scheduled',
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (made === undefined) return;
    const data = { workspaceId: active.workspace_id, audienceRunId: id };
    await queue.enqueue(tx, [{ id: newId(), data, startAfter: due }]);
  });
}

async function finish({ db, clock }: Platform, { workspace_id, id }: ActiveRow): Promise<void> {
  const key = { workspaceId: workspace_id, workflowId: id };
  // Where somebody was faster, its status says what happened.
  await inTransaction(db, async (tx) => await changeStatus(tx, clock.now(), key, 'finish'));
}
