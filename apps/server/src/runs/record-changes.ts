import { countsOf } from '@laurel/workflow';

import type { NewEvent } from '../events/index.ts';
import type { Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import { countNodes } from '../stats/index.ts';
import type { LoadedStep } from './loaded-step.ts';
import { dueAt } from './recorded-change.ts';
import type { EnteredStep, HandOff, RecordedChange } from './recorded-change.ts';
import { reserveLimits } from './reserve-limits.ts';
import type { StepQueue } from './step-job.ts';
import { stopOtherRuns } from './stop-other-runs.ts';
import { systemEvents } from './system-events.ts';
import { wakeStopped } from './wake-stopped.ts';
import { deleteWaits, endRuns, insertRuns, insertSteps, insertWaits, settleSteps } from './write-runs.ts';

export interface RecordTools {
  readonly queue: StepQueue;
  readonly handOff: HandOff;
}

/** Changes that are ready to be written. */
export interface PlannedChanges {
  /** What they write to profiles, to be appended in the same transaction. */
  readonly events: readonly NewEvent[];
  /** Whether a step waits for an event: one that is appended in this transaction is to be appended after the writing. */
  readonly awaitsEvents: boolean;
  /** Runs, steps, jobs and counters, as part of the transaction. */
  write(tx: Tx): Promise<void>;
  /** To be called after the commit: what is to be executed is taken up. */
  confirm(): void;
}

/**
 * Prepares changes of runs to be written in the caller's transaction, all together: they can therefore not disagree.
 * Throws `StepsLeftError` while writing where a step that they settle was left meanwhile.
 */
export async function planChanges(
  tx: Tx,
  tools: RecordTools,
  proposed: readonly RecordedChange[],
): Promise<PlannedChanges> {
  const changes = await reserveLimits(tx, proposed);
  const identified = changes.map((recorded) => ({ recorded, steps: stepsOf(recorded) }));
  const entered = identified.flatMap(({ steps }) =>
    steps.flatMap(({ entered: step }) => (step === undefined ? [] : [step])),
  );
  const toExecute = entered.filter(({ step }) => step.kind === 'entered');
  // Only of runs that start: whether a workflow is paused is seen by what claims from the queue.
  const starting = toExecute.filter(({ recorded }) => recorded.cause.kind === 'start');
  const taken = new Set(starting.slice(0, tools.handOff.room()));
  const queued = toExecute.filter((step) => !taken.has(step));
  const waiting = entered.filter(({ step }) => step.kind === 'waiting');
  const handed = [...taken].map(handedStep);
  return {
    events: systemEvents(
      identified.map(({ recorded, steps }) => ({ recorded, stepIds: steps.map(({ id }) => id) })),
    ),
    awaitsEvents: waiting.some(({ step }) => step.kind === 'waiting' && step.event !== undefined),
    write: async (into) => {
      await Promise.all([
        deleteWaits(into, changes),
        insertRuns(into, changes),
        endRuns(into, changes),
        stopOtherRuns(into, tools.queue, changes),
        settleSteps(into, changes),
        insertSteps(into, entered),
        insertWaits(into, waiting),
        tools.queue.enqueueHeld(
          into,
          handed.map(({ job }) => job),
        ),
        tools.queue.enqueue(into, [...queued, ...waiting].map(jobOf)),
        countNodes(
          into,
          changes.flatMap(({ workspaceId, workflow, at, change }) =>
            change.steps.map((step) => ({
              workspaceId,
              workflowId: workflow.workflowId,
              version: workflow.version,
              at,
              nodeId: step.node.id,
              counts: countsOf(step),
            })),
          ),
        ),
        wakeStopped(
          into,
          tools.queue,
          waiting.filter(({ recorded }) => recorded.cause.kind === 'step').map((step) => jobOf(step).data),
        ),
      ]);
    },
    confirm: () => {
      if (handed.length > 0) tools.handOff.take(handed);
      if (queued.length > 0) tools.handOff.wake();
    },
  };
}

function stepsOf(recorded: RecordedChange): { id: string; entered: EnteredStep | undefined }[] {
  const { cause, change } = recorded;
  return change.steps.map((step) => {
    if (step.kind === 'settled') return { id: cause.kind === 'step' ? cause.stepId : '', entered: undefined };
    const id = newId();
    return { id, entered: { id, jobId: newId(), recorded, step } };
  });
}

function jobOf(entered: EnteredStep) {
  const { id, jobId, recorded } = entered;
  const { workspaceId, profileId, runId } = recorded;
  const startAfter = dueAt(entered);
  return {
    id: jobId,
    data: { workspaceId, profileId, runId, stepId: id },
    ...(startAfter !== undefined && { startAfter }),
  };
}

function handedStep(entered: EnteredStep): LoadedStep {
  const { id, data } = jobOf(entered);
  const { recorded, step } = entered;
  return {
    job: { id, attempt: 0, data },
    node: step.node,
    state: 'queued',
    enteredAt: recorded.at,
    lastAttempt: undefined,
    run: {
      workflow: recorded.workflow,
      triggerNodeId: recorded.triggerNodeId,
      deadlineAt: recorded.deadlineAt,
      stop: undefined,
      events: recorded.events,
      mapped: new Map(),
    },
  };
}
