import { sql } from 'kysely';
import { fromKysely, PgBoss } from 'pg-boss';

import { integers, jsons, uuids } from '../db/array-parameters.ts';
import type { Tx } from '../db/database.ts';
import type { Log } from '../log.ts';
import { JOB_SCHEMA, LEASE_SECONDS } from './job-queue.ts';
import type { Job, JobQueue, NewJob } from './job-queue.ts';

/** See `LAUREL_CLAIM_SECONDS`. */
const CLAIM_SECONDS = 600;
/** A job is tried again whenever its holder died; what ends a job is the domain's decision, not a count. */
const RETRY_LIMIT = 1_000_000;
const YEAR_SECONDS = 365 * 24 * 60 * 60;
/** How long a finished job is kept: long enough to look at it. */
const DELETE_AFTER_SECONDS = 600;

export interface JobEngine {
  queue<Data extends object>(name: string): Promise<JobQueue<Data>>;
  stop(): Promise<void>;
}

export interface JobEngineOptions {
  /** Whether this process also returns the jobs of dead ones to the queue. Default: true. */
  readonly supervise?: boolean;
  /** The longest that one claim may be worked on, heartbeats or not. Default: 600. */
  readonly claimSeconds?: number;
  /** Which database's ways pg-boss keeps to. Default: `postgres`. */
  readonly backend?: 'postgres' | 'citus' | 'cockroachdb';
}

/**
 * Starts pg-boss on the database, in the schema `jobs`. It has a small pool of its own for claims and maintenance;
 * everything that belongs to a change of ours runs in our transaction.
 */
export async function startJobEngine(
  connectionString: string,
  log: Log,
  { supervise = true, claimSeconds = CLAIM_SECONDS, backend = 'postgres' }: JobEngineOptions = {},
): Promise<JobEngine> {
  const boss = new PgBoss({
    connectionString,
    // Of claims and leases nothing needs to be on disk at once: what a claim leads to is committed after it, and
    // reaches the disk after it. A claim that a crash of the database forgets is a job that is claimed again.
    options: '-c synchronous_commit=off',
    schema: JOB_SCHEMA,
    backend,
    max: 3,
    application_name: 'laurel jobs',
    schedule: false,
    supervise,
    // Defaults are 60 s: a dead worker's jobs would wait more than a minute beyond their lease.
    superviseIntervalSeconds: 2,
    monitorIntervalSeconds: 2,
  });
  boss.on('error', (error) => log.error({ err: error }, 'the job queue reports an error'));
  boss.on('warning', (warning) => log.warn({ warning }, 'the job queue reports a warning'));
  await boss.start();
  return {
    queue: async <Data extends object>(name: string) => {
      await boss.createQueue(name, {
        heartbeatSeconds: LEASE_SECONDS,
        expireInSeconds: claimSeconds,
        retryLimit: RETRY_LIMIT,
        retryDelay: 0,
        retentionSeconds: YEAR_SECONDS,
        deleteAfterSeconds: DELETE_AFTER_SECONDS,
        // Most jobs in a queue are steps that wait for their time: their number is no sign of a backlog.
        warningQueueSize: 1_000_000_000,
      });
      // A queue that is there already keeps what it was made with.
      const made = await boss.getQueue(name);
      if (made?.expireInSeconds !== claimSeconds)
        await boss.updateQueue(name, { expireInSeconds: claimSeconds });
      return new PgBossQueue<Data>(boss, name, claimSeconds);
    },
    stop: async () => await boss.stop({ graceful: false, close: true }),
  };
}

/** `JobQueue` by pg-boss's batch calls: measured at 1.5 to 1.8 times the CPU of hand-written SQL. */
class PgBossQueue<Data extends object> implements JobQueue<Data> {
  readonly #boss: PgBoss;
  readonly #name: string;
  readonly #claimSeconds: number;

  constructor(boss: PgBoss, name: string, claimSeconds: number) {
    this.#boss = boss;
    this.#name = name;
    this.#claimSeconds = claimSeconds;
  }

  async enqueue(tx: Tx, jobs: readonly NewJob<Data>[]): Promise<void> {
    if (jobs.length === 0) return;
    await this.#boss.insert(
      this.#name,
      jobs.map(({ id, data, startAfter }) => ({ id, data, ...(startAfter && { startAfter }) })),
      { db: fromKysely(tx) },
    );
  }

  /** Written as pg-boss itself writes and claims a job; a test compares the rows of both ways. */
  async enqueueHeld(tx: Tx, jobs: readonly Job<Data>[]): Promise<void> {
    if (jobs.length === 0) return;
    await sql`
      insert into ${sql.table(`${JOB_SCHEMA}.job`)} (id, name, data, state, start_after, created_on, started_on, heartbeat_on,
        heartbeat_seconds, expire_seconds, deletion_seconds, keep_until, retry_limit, retry_delay, retry_backoff, policy)
      select j.id, ${this.#name}, j.data, 'active', now(), now(), now(), now(), ${LEASE_SECONDS}, ${this.#claimSeconds},
        ${DELETE_AFTER_SECONDS}, now() + ${YEAR_SECONDS} * interval '1 s', ${RETRY_LIMIT}, 0, false, 'standard'
      from unnest(
        ${uuids(jobs.map(({ id }) => id))}::uuid[],
        ${jsons(jobs.map(({ data }) => JSON.stringify(data)))}::jsonb[]) as j(id, data)`.execute(tx);
  }

  async claim(limit: number): Promise<Job<Data>[]> {
    const jobs = await this.#boss.fetch<Data>(this.#name, { batchSize: limit, includeMetadata: true });
    return jobs.map(({ id, retryCount, data }) => ({ id, attempt: retryCount, data }));
  }

  /**
   * Deletes them, fenced as pg-boss fences what completes a job: a row that is kept as completed costs an update with
   * six index entries and a deletion later, and what a step came to is in our own tables. The state is compared as a
   * text, so that no index by state is taken instead of the key.
   */
  async finish(tx: Tx, jobs: readonly Job<Data>[]): Promise<ReadonlySet<string>> {
    if (jobs.length === 0) return new Set();
    const ids = jobs.map(({ id }) => id);
    const attempts = jobs.map(({ attempt }) => attempt);
    const { rows } = await sql<{ id: string }>`
      delete from ${sql.table(`${JOB_SCHEMA}.job`)}
      where name = ${this.#name} and id = any(${uuids(ids)}::uuid[]) and state::text = 'active'
        and retry_count = (${integers(attempts)}::integer[])[array_position(${uuids(ids)}::uuid[], id)]
      returning id`.execute(tx);
    return new Set(rows.map(({ id }) => id));
  }

  async heartbeat(jobs: readonly Job<Data>[]): Promise<void> {
    if (jobs.length > 0) await this.#boss.touch(this.#name, jobs.map(held));
  }

  /** pg-boss's own `cancel` takes a job from its holder too: what that has sent would stay without its outcome. */
  async cancel(tx: Tx, ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const { rows } = await sql<{ id: string }>`
      delete from ${sql.table(`${JOB_SCHEMA}.job`)}
      where name = ${this.#name} and id = any(${uuids(ids)}::uuid[]) and state in ('created', 'retry')
      returning id`.execute(tx);
    return new Set(rows.map(({ id }) => id));
  }
}

function held(job: Job<object>): { id: string; retryCount: number } {
  return { id: job.id, retryCount: job.attempt };
}
