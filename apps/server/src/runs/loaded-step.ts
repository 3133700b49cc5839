import type { NodeKind, NodeOf, WorkflowNode } from '@laurel/workflow';

import type { WorkflowVersion } from '../workflows/index.ts';
import type { HeldStep } from './step-job.ts';

/** An event as a run knows it. */
export interface RunEvent {
  readonly id: string;
  readonly receivedAt: Date;
  readonly action: string;
  readonly time: Date;
  readonly params: Readonly<Record<string, unknown>>;
}

/** The newest request of a step. */
export interface LastAttempt {
  readonly number: number;
  /** Null: the intent was written and nothing after it. */
  readonly outcome: string | null;
  /** Until when its request may still be under way. */
  readonly expiresAt: Date;
}

/** A run that goes no further. An action that it was in already is finished first. */
export interface RunStop {
  readonly reason: string;
  /** Whether an action counts that was entered, or only one whose request has left. */
  readonly finishes: 'entered' | 'sent';
  readonly at: Date | undefined;
}

/** The run that a step belongs to, as far as a step needs it. */
export interface LoadedRun {
  readonly workflow: WorkflowVersion;
  readonly triggerNodeId: string;
  readonly deadlineAt: Date;
  /** Why it goes no further; undefined: it goes on. */
  readonly stop: RunStop | undefined;
  /** The events that inserts can name, by the node that brought them, in order: the last one is `event`. */
  readonly events: ReadonlyMap<string, RunEvent>;
  /** What earlier nodes kept of their answers, by node. */
  readonly mapped: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/** A step that a worker holds, with what every kind of node needs. */
export interface LoadedStep<Node extends WorkflowNode = WorkflowNode> {
  readonly job: HeldStep;
  readonly run: LoadedRun;
  readonly node: Node;
  /** As `run_step.state`. */
  readonly state: string;
  readonly enteredAt: Date;
  readonly lastAttempt: LastAttempt | undefined;
}

export type StepAt<Kind extends NodeKind> = LoadedStep<NodeOf<Kind>>;

/** What `{{ event.* }}` stands for; undefined where the run was started by an audience. */
export function currentEvent(run: LoadedRun): RunEvent | undefined {
  return [...run.events.values()].at(-1);
}
