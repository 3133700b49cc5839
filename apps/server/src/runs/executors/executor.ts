import type { Delivery } from '../../integrations/index.ts';
import type { Platform } from '../../platform/platform.ts';
import type { LoadedStep } from '../loaded-step.ts';
import type { FetchData } from '../render-steps.ts';
import type { Settlement } from '../settlement.ts';
import type { HeldStep } from '../step-job.ts';

/** What the execution of steps stands on. */
export interface ExecutorParts {
  readonly platform: Platform;
  readonly fetchData: FetchData;
  readonly delivery: Delivery;
}

export interface ExecutorTools extends ExecutorParts {
  /** Resolves when it is written, or when another worker has the step. Never rejects. */
  readonly settle: (settlement: Settlement) => Promise<void>;
  /** Lets go of jobs that another worker has taken over. */
  readonly release: (jobs: readonly HeldStep[]) => void;
}

/**
 * Executes the steps at one kind of node, many at a time. Every step is settled or released; what is thrown is a bug or
 * a broken machine, and the steps that were not settled come back after their lease.
 */
export type Executor<Step extends LoadedStep> = (
  tools: ExecutorTools,
  steps: readonly Step[],
) => Promise<void>;
