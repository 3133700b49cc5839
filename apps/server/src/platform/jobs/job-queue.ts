import type { Tx } from '../db/database.ts';

/** A job that this process holds. `attempt` fences it: once another process has it, finishing it here settles nothing. */
export interface Job<Data> {
  readonly id: string;
  /** 0 for the first claim, one more for each claim after a lost one. */
  readonly attempt: number;
  readonly data: Data;
}

export interface NewJob<Data> {
  readonly id: string;
  readonly data: Data;
  /** Not to be claimed before. Default: at once. */
  readonly startAfter?: Date;
}

/**
 * A durable queue. Jobs are delivered at least once; together with the transaction that `finish` takes, what a job
 * records is recorded exactly once. A job whose holder died becomes claimable again after its lease.
 */
export interface JobQueue<Data extends object> {
  /** Adds jobs as part of the caller's transaction. */
  enqueue(tx: Tx, jobs: readonly NewJob<Data>[]): Promise<void>;
  /**
   * Adds jobs that this process holds from the beginning, as part of the caller's transaction: as if they were enqueued
   * and claimed at once. If it dies, they become claimable after their lease.
   */
  enqueueHeld(tx: Tx, jobs: readonly Job<Data>[]): Promise<void>;
  /** Takes up to `limit` jobs that are due, oldest first. The claim is durable when this returns. */
  claim(limit: number): Promise<Job<Data>[]>;
  /**
   * Finishes jobs as part of the caller's transaction; answers the ids that this process still held. For the others
   * the caller must not commit what it did.
   */
  finish(tx: Tx, jobs: readonly Job<Data>[]): Promise<ReadonlySet<string>>;
  /** Extends the lease of the jobs that are still being worked on. */
  heartbeat(jobs: readonly Job<Data>[]): Promise<void>;
  /**
   * Removes jobs that nobody holds, as part of the caller's transaction; answers their ids. Of these nobody will be able
   * to claim one; the others are held by a process, or are done.
   */
  cancel(tx: Tx, ids: readonly string[]): Promise<ReadonlySet<string>>;
}

/** A lease without a heartbeat ends after this many seconds: the least that the queue allows. */
export const LEASE_SECONDS = 10;
