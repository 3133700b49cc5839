import type { JobQueue } from '../platform/jobs/job-queue.ts';

/** The job of taking one part of an audience. */
export interface AudienceJob {
  readonly workspaceId: string;
  readonly audienceRunId: string;
}

export type AudienceQueue = JobQueue<AudienceJob>;

export const AUDIENCE_QUEUE = 'audiences';
