import { sql } from 'kysely';

import type { Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import type { RecordedChange } from './recorded-change.ts';
import type { StepQueue } from './step-job.ts';

const REASON = 'another path of the profile has reached an End';

/**
 * Where a path reached an End that stops the profile's others: those are marked, and the ones that only wait are taken
 * up at once, to be cancelled. One that is in an action finishes it first and goes no further.
 */
export async function stopOtherRuns(
  tx: Tx,
  queue: StepQueue,
  changes: readonly RecordedChange[],
): Promise<void> {
  const ends = changes.filter(({ change: { fate } }) => fate.state === 'finished' && fate.stopOthers);
  if (ends.length === 0) return;
  const { rows: stopped } = await sql<{ workspace_id: string; profile_id: string; id: string }>`
    update run r set stop_reason = ${REASON}, stopped_at = t.at
    from (select w, p, f, min(at) as at from unnest(
      ${ends.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${ends.map(({ profileId }) => profileId)}::uuid[],
      ${ends.map(({ workflow }) => workflow.workflowId)}::uuid[],
      ${ends.map(({ at }) => at.toISOString())}::timestamptz[]) as t(w, p, f, at) group by w, p, f) t
    where r.workspace_id = t.w and r.profile_id = t.p and r.workflow_id = t.f and r.state = 'running'
      and r.id <> all (${ends.map(({ runId }) => runId)}::uuid[])
    returning r.workspace_id, r.profile_id, r.id`.execute(tx);
  if (stopped.length === 0) return;
  const { rows: waiting } = await sql<{
    workspace_id: string;
    profile_id: string;
    run_id: string;
    id: string;
  }>`
    select s.workspace_id, s.profile_id, s.run_id, s.id from unnest(
      ${stopped.map((row) => row.workspace_id)}::uuid[],
      ${stopped.map((row) => row.profile_id)}::uuid[],
      ${stopped.map((row) => row.id)}::uuid[]) as t(workspace_id, profile_id, run_id)
    join run_step s using (workspace_id, profile_id, run_id)
    where s.left_at is null and s.state in ('waiting', 'paused')`.execute(tx);
  await queue.enqueue(
    tx,
    waiting.map((row) => ({
      id: newId(),
      data: {
        workspaceId: row.workspace_id,
        profileId: row.profile_id,
        runId: row.run_id,
        stepId: row.id,
      },
    })),
  );
}
