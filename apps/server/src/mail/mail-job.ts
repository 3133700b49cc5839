import type { Job, JobQueue } from '../platform/jobs/job-queue.ts';

/** The job of sending one mail. */
export interface MailJob {
  readonly workspaceId: string;
  readonly profileId: string;
  readonly mailId: string;
  /** How many attempts had been made when this job was. */
  readonly attempts: number;
  /** At how many attempts the mail is given up. */
  readonly limit: number;
}

export type MailQueue = JobQueue<MailJob>;
export type HeldMail = Job<MailJob>;

export const MAIL_QUEUE = 'mail';
