import { sql } from 'kysely';

import type { Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import type { WorkflowKey } from '../workflows/index.ts';
import { INSIDE_ROWS, UNKNOWN_REQUEST } from './load-inside.ts';
import type { StepQueue } from './step-job.ts';

/**
 * Gives the next parked steps of a workflow, at most `INSIDE_ROWS`, their jobs again, as part of the caller's
 * transaction; answers how many were parked. A step that waits goes on to wait until its time, unless that has passed or
 * its run goes no further: then it is taken up at once, to say so.
 * Deleting the row that it was parked by decides that it goes on once.
 */
export async function resumeSteps(
  tx: Tx,
  queue: StepQueue,
  { workspaceId, workflowId }: WorkflowKey,
): Promise<number> {
  const { rows: parked } = await sql<{ profile_id: string; run_id: string; step_id: string }>`
    delete from parked_step p
    using (
      select profile_id, run_id, step_id from parked_step
      where workspace_id = ${workspaceId} and workflow_id = ${workflowId}
      order by profile_id, run_id, step_id limit ${INSIDE_ROWS}) t
    where p.workspace_id = ${workspaceId} and p.workflow_id = ${workflowId} and p.profile_id = t.profile_id
      and p.run_id = t.run_id and p.step_id = t.step_id
    returning p.profile_id, p.run_id, p.step_id`.execute(tx);
  if (parked.length === 0) return 0;
  // What was left meanwhile, by an event for instance, has no need of a job.
  const { rows: open } = await sql<{
    profile_id: string;
    run_id: string;
    id: string;
    job_id: string;
    start_after: Date | null;
  }>`
    update run_step s set reason = null, job_id = t.job_id,
      state = case
        when s.node_type = 'event-filter' or (s.node_type = 'delay' and s.due_at is not null) then 'waiting'
        when ${UNKNOWN_REQUEST} then 'checking'
        else 'queued' end
    from unnest(
      ${parked.map((row) => row.profile_id)}::uuid[],
      ${parked.map((row) => row.run_id)}::uuid[],
      ${parked.map((row) => row.step_id)}::uuid[],
      ${parked.map(() => newId())}::uuid[]) as t(profile_id, run_id, id, job_id)
    where s.workspace_id = ${workspaceId} and s.profile_id = t.profile_id and s.run_id = t.run_id and s.id = t.id
      and s.left_at is null and s.state = 'paused'
    returning s.profile_id, s.run_id, s.id, s.job_id, (
      select s.due_at from run r
      where r.workspace_id = s.workspace_id and r.profile_id = s.profile_id and r.id = s.run_id
        and r.stop_reason is null) as start_after`.execute(tx);
  await queue.enqueue(
    tx,
    open.map((row) => ({
      id: row.job_id,
      data: { workspaceId, profileId: row.profile_id, runId: row.run_id, stepId: row.id },
      ...(row.start_after !== null && { startAfter: row.start_after }),
    })),
  );
  return parked.length;
}
