import type { Job, JobQueue } from '../platform/jobs/job-queue.ts';

/** Where an event is stored: the time names its partition, without which all of them would be looked through. */
export interface EventReference {
  readonly id: string;
  /** ISO 8601 in UTC, to the millisecond. */
  readonly receivedAt: string;
}

/** The job of one step that the server executes. */
export interface StepJob {
  readonly workspaceId: string;
  readonly profileId: string;
  readonly runId: string;
  readonly stepId: string;
  /** The event that `{{ event.* }}` stands for. */
  readonly event: EventReference;
  /** How often the receiver was asked about a request whose outcome is unknown. Absent: never. */
  readonly checks?: number;
}

export type StepQueue = JobQueue<StepJob>;
export type HeldStep = Job<StepJob>;

export const STEP_QUEUE = 'steps';
