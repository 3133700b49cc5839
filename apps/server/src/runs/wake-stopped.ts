import { sql } from 'kysely';

import type { Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import type { StepJob, StepQueue } from './step-job.ts';

/**
 * Of steps that have just been put off, takes up at once those whose run was stopped meanwhile, so that it ends now and
 * not when its wait would be over. Who stops a run locks its open step: the transaction that puts it off sees either
 * the stop, or its own step is seen by who stops.
 */
export async function wakeStopped(tx: Tx, queue: StepQueue, steps: readonly StepJob[]): Promise<void> {
  if (steps.length === 0) return;
  const { rows } = await sql<{ workspaceId: string; profileId: string; runId: string; stepId: string }>`
    select t.workspace_id as "workspaceId", t.profile_id as "profileId", t.run_id as "runId", t.step_id as "stepId"
    from unnest(
      ${steps.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${steps.map(({ profileId }) => profileId)}::uuid[],
      ${steps.map(({ runId }) => runId)}::uuid[],
      ${steps.map(({ stepId }) => stepId)}::uuid[]) as t(workspace_id, profile_id, run_id, step_id)
    join run r on r.workspace_id = t.workspace_id and r.profile_id = t.profile_id and r.id = t.run_id
    where r.stop_reason is not null`.execute(tx);
  await queue.enqueue(
    tx,
    rows.map((data) => ({ id: newId(), data })),
  );
}
