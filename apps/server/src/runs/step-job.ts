import type { Job, JobQueue } from '../platform/jobs/job-queue.ts';

/** The job of one step: to execute it, or to look at it again. */
export interface StepJob {
  readonly workspaceId: string;
  readonly profileId: string;
  readonly runId: string;
  readonly stepId: string;
  /** How often the receiver was asked about a request whose outcome is unknown. Absent: never. */
  readonly checks?: number;
}

export type StepQueue = JobQueue<StepJob>;
export type HeldStep = Job<StepJob>;

export const STEP_QUEUE = 'steps';
