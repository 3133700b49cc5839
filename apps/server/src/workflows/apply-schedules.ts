import { sql } from 'kysely';

import type { Queryable } from '../platform/db/database.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import type { Platform } from '../platform/platform.ts';
import { setStatus } from './change-status.ts';
import { lockWorkflows } from './workflow-store.ts';

/** A workflow that was started or stopped as planned. */
export interface ScheduledChange {
  readonly workspaceId: string;
  readonly workflowId: string;
  readonly status: 'active' | 'stopped';
}

/**
 * Starts and stops the workflows of all workspaces whose time has come. One whose start and stop have both passed while
 * nothing was running is stopped, and starts no run. Can be called by many processes at once, and again.
 */
export async function applySchedules({ db, clock, log }: Platform): Promise<readonly ScheduledChange[]> {
  const now = clock.now();
  // Without the lock, which people wait for, as long as nothing is due.
  if ((await findDue(db, now)).length === 0) return [];
  const changes = await inTransaction(db, async (tx) => {
    await lockWorkflows(tx);
    const due = await findDue(tx, now);
    for (const change of due) await setStatus(tx, now, change, change.status);
    return due;
  });
  for (const { status, ...key } of changes)
    log.info(key, `a workflow was ${status === 'active' ? 'started' : 'stopped'} as planned`);
  return changes;
}

async function findDue(db: Queryable, now: Date): Promise<ScheduledChange[]> {
  const { rows } = await sql<{ workspace_id: string; id: string; stops: boolean }>`
    select workspace_id, id, coalesce(stop_at <= ${now}, false) as stops from workflow
    where (status = 'pending' and start_at <= ${now})
      or (status in ('pending', 'active', 'paused') and stop_at <= ${now})
    order by workspace_id, id`.execute(db);
  return rows.map(({ workspace_id: workspaceId, id: workflowId, stops }) => ({
    workspaceId,
    workflowId,
    status: stops ? 'stopped' : 'active',
  }));
}
