import { nodeById } from '@laurel/workflow';
import { sql } from 'kysely';

import type { Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import type { WorkflowKey, WorkflowVersion, WorkflowVersions } from '../workflows/index.ts';
import { hasStep, jobDataOf, loadInside, stepKeys } from './load-inside.ts';
import type { RunAtStep } from './load-inside.ts';
import { moveVerdict } from './move-verdict.ts';
import type { StepQueue } from './step-job.ts';
import { StepsLeftError } from './write-runs.ts';

export interface MoveQuery extends WorkflowKey {
  /** The version that they move to. */
  readonly version: number;
  readonly after: string | undefined;
}

export interface MovedRuns {
  readonly reached: number;
  readonly moved: number;
  readonly last: string | undefined;
}

interface Mover {
  readonly run: RunAtStep;
  readonly from: WorkflowVersion;
}

/**
 * Moves the next runs that are on other versions, at most `INSIDE_ROWS`, as part of the caller's transaction. One whose
 * node the version does not have in the same way stays where it is, and so does one that is at work in this moment:
 * whoever has its step in hand goes by the version that it was on. What was set when a step was entered, such as the end
 * of a wait, stays. Throws `StepsLeftError` where a run moved on meanwhile: then the transaction is to be done again.
 */
export async function moveRuns(
  tx: Tx,
  { queue, versions }: { readonly queue: StepQueue; readonly versions: WorkflowVersions },
  query: MoveQuery,
): Promise<MovedRuns> {
  const { workspaceId, workflowId, version, after } = query;
  const runs = await loadInside(tx, { workspaceId, workflowId, exceptVersion: version, after });
  const to = await versions.get(tx, workspaceId, workflowId, version);
  const able: Mover[] = [];
  for (const run of runs.filter(hasStep)) {
    const from = await versions.get(tx, workspaceId, workflowId, run.version);
    if (moveVerdict(from.definition, to.definition, run.step).kind === 'moves') able.push({ run, from });
  }
  const withdrawn = await queue.cancel(
    tx,
    able.flatMap(({ run }) => run.step.jobId ?? []),
  );
  const movers = able.filter(({ run: { step } }) => step.jobId === undefined || withdrawn.has(step.jobId));
  if (movers.length > 0) await move(tx, queue, workspaceId, to, movers);
  return { reached: runs.length, moved: movers.length, last: runs.at(-1)?.runId };
}

async function move(
  tx: Tx,
  queue: StepQueue,
  workspaceId: string,
  to: WorkflowVersion,
  movers: readonly Mover[],
): Promise<void> {
  const runs = movers.map(({ run }) => ({
    ...run,
    nextJob: run.step.jobId === undefined ? undefined : newId(),
  }));
  // First the run: an event that moves it on holds it until its end, and is then seen by the next statement.
  await sql`
    update run r set version = ${to.version}
    from unnest(${stepKeys(workspaceId, runs)}) as t(workspace_id, profile_id, id, step_id)
    where r.workspace_id = t.workspace_id and r.profile_id = t.profile_id and r.id = t.id
      and r.ended_at is null`.execute(tx);
  const { rows: open } = await sql`
    update run_step s set job_id = t.job_id
    from unnest(${stepKeys(workspaceId, runs)}, ${runs.map(({ nextJob }) => nextJob ?? null)}::uuid[])
      as t(workspace_id, profile_id, run_id, id, job_id)
    where s.workspace_id = t.workspace_id and s.profile_id = t.profile_id and s.run_id = t.run_id and s.id = t.id
      and s.left_at is null
    returning 1`.execute(tx);
  if (open.length !== runs.length) throw new StepsLeftError('a step was left before its run was moved');
  await queue.enqueue(
    tx,
    runs.flatMap((run) => {
      const { nextJob: id, step } = run;
      if (id === undefined) return [];
      const startAfter = step.dueAt === undefined ? {} : { startAfter: step.dueAt };
      return [{ id, data: jobDataOf(workspaceId, run), ...startAfter }];
    }),
  );
  await renameWaits(tx, workspaceId, to, movers);
}

/** A filter may wait for another event there. */
async function renameWaits(
  tx: Tx,
  workspaceId: string,
  to: WorkflowVersion,
  movers: readonly Mover[],
): Promise<void> {
  const waits = movers.flatMap(({ run, from }) => {
    const [here, there] = [from, to].map(({ definition }) => nodeById(definition, run.step.nodeId));
    if (here?.type !== 'event-filter' || there?.type !== 'event-filter') return [];
    const [before, after] = [here.settings.event, there.settings.event];
    return before === after ? [] : [{ run, before, after }];
  });
  if (waits.length === 0) return;
  await sql`
    update event_wait w set action = t.after
    from unnest(${stepKeys(
      workspaceId,
      waits.map(({ run }) => run),
    )},
      ${waits.map(({ before }) => before)}::text[],
      ${waits.map(({ after }) => after)}::text[])
      as t(workspace_id, profile_id, run_id, step_id, before, after)
    where w.workspace_id = t.workspace_id and w.profile_id = t.profile_id and w.action = t.before
      and w.step_id = t.step_id`.execute(tx);
}
