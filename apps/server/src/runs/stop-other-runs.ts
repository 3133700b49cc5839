import { stopMatters } from '@laurel/workflow';
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
  const ends = changes.filter(
    ({ change: { fate }, workflow }) =>
      fate.state === 'finished' && fate.stopOthers && stopMatters(workflow.definition),
  );
  if (ends.length === 0) return;
  const others = await otherRuns(tx, ends);
  if (others.length === 0) return;
  await sql`
    update run r set stop_reason = ${REASON}, stopped_at = t.at
    from unnest(
      ${others.map((row) => row.workspace_id)}::uuid[],
      ${others.map((row) => row.profile_id)}::uuid[],
      ${others.map((row) => row.id)}::uuid[],
      ${others.map((row) => row.at.toISOString())}::timestamptz[]) as t(workspace_id, profile_id, id, at)
    where r.workspace_id is not distinct from t.workspace_id and r.profile_id = t.profile_id and r.id = t.id
      and r.ended_at is null`.execute(tx);
  const { rows: waiting } = await sql<{
    workspace_id: string;
    profile_id: string;
    run_id: string;
    id: string;
  }>`
    select s.workspace_id, s.profile_id, s.run_id, s.id from unnest(
      ${others.map((row) => row.workspace_id)}::uuid[],
      ${others.map((row) => row.profile_id)}::uuid[],
      ${others.map((row) => row.id)}::uuid[]) as t(workspace_id, profile_id, run_id)
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

interface OtherRun {
  workspace_id: string;
  profile_id: string;
  id: string;
  at: Date;
}

/**
 * The other running paths of the profiles, oldest first by id. A lateral look-up for each: as a join it was planned as a
 * scan of all running runs, 68 ms a batch.
 */
async function otherRuns(tx: Tx, ends: readonly RecordedChange[]): Promise<OtherRun[]> {
  const { rows } = await sql<OtherRun>`
    select o.workspace_id, o.profile_id, o.id, min(t.at) as at
    from unnest(
      ${ends.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${ends.map(({ profileId }) => profileId)}::uuid[],
      ${ends.map(({ workflow }) => workflow.workflowId)}::uuid[],
      ${ends.map(({ at }) => at.toISOString())}::timestamptz[]) as t(w, p, f, at)
    cross join lateral (
      select r.workspace_id, r.profile_id, r.id from run r
      where r.workspace_id = t.w and r.profile_id = t.p and r.workflow_id = t.f and r.state = 'running'
      offset 0) o
    where o.id <> all (${ends.map(({ runId }) => runId)}::uuid[])
    group by o.workspace_id, o.profile_id, o.id
    order by o.id`.execute(tx);
  return rows;
}
