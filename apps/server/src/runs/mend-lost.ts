import { sql } from 'kysely';

import type { Database, Tx } from '../platform/db/database.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import type { LostStep, RunIds } from './find-lost.ts';
import type { StepQueue } from './step-job.ts';

export const LOST_ITS_STEP = 'lost its step';

/**
 * Gives lost steps a job again, and answers those that got one. A step gets it only if it still has the job that it was
 * found with: of two that mend at once one does it, and what moved on meanwhile is left alone.
 */
export async function mendSteps(
  db: Database,
  queue: StepQueue,
  steps: readonly LostStep[],
): Promise<readonly LostStep[]> {
  if (steps.length === 0) return [];
  return await inTransaction(db, async (tx) => {
    const given = steps.map((step) => ({ step, jobId: newId() }));
    const taken = await giveJobs(tx, given);
    const mended = given.filter(({ step }) => taken.has(step.stepId));
    await queue.enqueue(
      tx,
      mended.map(({ step: { workspaceId, profileId, runId, stepId, startAfter }, jobId }) => ({
        id: jobId,
        data: { workspaceId, profileId, runId, stepId },
        ...(startAfter !== undefined && { startAfter }),
      })),
    );
    return mended.map(({ step }) => step);
  });
}

/** A step that was paused, and is parked no more, goes on as what it was before; if its workflow is, it is parked again. */
async function giveJobs(
  tx: Tx,
  given: readonly { readonly step: LostStep; readonly jobId: string }[],
): Promise<ReadonlySet<string>> {
  const steps = given.map(({ step }) => step);
  const { rows } = await sql<{ id: string }>`
    update run_step s set job_id = t.new_job,
      reason = case when s.state = 'paused' then null else s.reason end,
      state = case
        when s.state <> 'paused' then s.state
        when s.node_type = 'event-filter' or (s.node_type = 'delay' and s.due_at is not null) then 'waiting'
        else 'queued' end
    from unnest(
      ${steps.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${steps.map(({ profileId }) => profileId)}::uuid[],
      ${steps.map(({ runId }) => runId)}::uuid[],
      ${steps.map(({ stepId }) => stepId)}::uuid[],
      ${steps.map(({ jobId }) => jobId ?? null)}::uuid[],
      ${given.map(({ jobId }) => jobId)}::uuid[])
      as t(workspace_id, profile_id, run_id, id, old_job, new_job)
    where s.workspace_id = t.workspace_id and s.profile_id = t.profile_id and s.run_id = t.run_id and s.id = t.id
      and s.left_at is null and s.job_id is not distinct from t.old_job
    returning s.id`.execute(tx);
  return new Set(rows.map(({ id }) => id));
}

/**
 * Ends running runs that are at no step, and answers those that it ended. There is no node to count them at: only the
 * run says what became of it.
 */
export async function endLostRuns(
  db: Database,
  now: Date,
  runs: readonly RunIds[],
): Promise<readonly RunIds[]> {
  if (runs.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    update run r set state = 'failed', reason = ${LOST_ITS_STEP}, fingerprint = ${LOST_ITS_STEP}, ended_at = ${now}
    from unnest(
      ${runs.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${runs.map(({ profileId }) => profileId)}::uuid[],
      ${runs.map(({ runId }) => runId)}::uuid[]) as t(workspace_id, profile_id, id)
    where r.workspace_id = t.workspace_id and r.profile_id = t.profile_id and r.id = t.id and r.ended_at is null
      and not exists (
        select from run_step s where s.workspace_id = t.workspace_id and s.profile_id = t.profile_id
          and s.run_id = t.id and s.left_at is null)
    returning r.id`.execute(db);
  const ended = new Set(rows.map(({ id }) => id));
  return runs.filter(({ runId }) => ended.has(runId));
}
