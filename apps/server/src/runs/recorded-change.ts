import type { RunChange, StepChange } from '@laurel/workflow';

import type { WorkflowVersion } from '../workflows/index.ts';
import type { LoadedStep, RunEvent } from './loaded-step.ts';

/** A move of the interpreter, with all that is needed to write it down. */
export interface RecordedChange {
  readonly workspaceId: string;
  readonly profileId: string;
  readonly runId: string;
  readonly workflow: WorkflowVersion;
  readonly at: Date;
  readonly change: RunChange;
  /** The run is over by then, whatever happens. */
  readonly deadlineAt: Date;
  readonly triggerNodeId: string;
  /** The events that its steps can name, by the node that brought them, in order. */
  readonly events: ReadonlyMap<string, RunEvent>;
  readonly cause: ChangeCause;
}

/** How a change came about: it starts the run, or a step settles in it. */
export type ChangeCause =
  | {
      readonly kind: 'start';
      /** The run that it does again. */
      readonly replayOf: string | undefined;
      /** Whether somebody tries the workflow out. Default: no. */
      readonly test?: boolean;
    }
  | {
      readonly kind: 'step';
      readonly stepId: string;
      /** The event that the step was waiting for. */
      readonly matched: RunEvent | undefined;
      /** What its failure has in common with others; undefined where it has not failed. */
      readonly fingerprint: string | undefined;
      /** What later nodes can read of the step's answer. */
      readonly mapped: Readonly<Record<string, unknown>> | undefined;
    };

/** A step that a change enters, with the id that it gets. */
export interface EnteredStep {
  readonly id: string;
  readonly jobId: string;
  readonly recorded: RecordedChange;
  readonly step: Exclude<StepChange, { kind: 'settled' }>;
}

/** Until when a step that waits does so: the path's cap is the latest. */
export function dueAt({ recorded, step }: EnteredStep): Date | undefined {
  if (step.kind !== 'waiting') return undefined;
  const { until } = step;
  return until === undefined || until > recorded.deadlineAt ? recorded.deadlineAt : until;
}

/** The worker of this process: it may take steps over without a way through the queue. */
export interface HandOff {
  /** How many more steps it would take now. */
  room(): number;
  /** To be called after the commit of the transaction that made them. */
  take(steps: readonly LoadedStep[]): void;
  /** There are steps in the queue. */
  wake(): void;
}
