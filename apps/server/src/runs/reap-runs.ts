import { Counter } from 'prom-client';

import type { Platform } from '../platform/platform.ts';
import { findLost } from './find-lost.ts';
import type { LostStep, WalkPlace } from './find-lost.ts';
import { endLostRuns, LOST_ITS_STEP, mendSteps } from './mend-lost.ts';
import type { StepQueue } from './step-job.ts';
import { deleteLeftovers, findLeftovers, LEFTOVER_TABLES } from './sweep-leftovers.ts';
import type { LeftoverTable } from './sweep-leftovers.ts';

const SWEEP_MS = 15_000;
/** Rows that one statement looks at: 33 ms on 200,000 running runs, 16 ms of them in the database. */
const PAGE_ROWS = 2_000;
/** Of 200,000 running runs each is looked at every two and a half minutes, for 0.4 s of work every 15 s. */
const RUN_PAGES = 10;
/** What is left over only takes up room. */
const LEFTOVER_PAGES = 2;

const WHAT = {
  job: 'a step had lost its job, and got another one',
  deadline: 'a step whose job came only after the deadline of its run is taken up now',
  run: `a run ${LOST_ITS_STEP}, and is ended as failed`,
  event_wait: 'a wait for an event was left over from a step that was left',
  parked_step: 'a parked step was left over from a step that was left',
} as const;

export type Mended = keyof typeof WHAT;

/** What was mended, by kind. */
export type MendedCounts = Readonly<Record<Mended, number>>;

export interface ReaperParts {
  readonly platform: Pick<Platform, 'db' | 'clock' | 'log'>;
  readonly queue: StepQueue;
}

/**
 * Finds what nothing would ever take up again, and mends it. None of it comes about while all is well: each thing that
 * is mended is logged as an error and counted. Two at once do no harm: what one has mended the other leaves alone.
 */
export class Reaper {
  readonly #parts: ReaperParts;
  readonly metrics = [
    new Counter({
      name: 'laurel_mended_total',
      help: 'What was found stuck and was mended, by kind.',
      labelNames: ['what'],
      registers: [],
    }),
  ] as const;
  #run: WalkPlace | undefined;
  readonly #rows = new Map<LeftoverTable, readonly string[]>();
  #timer: NodeJS.Timeout | undefined;
  #sweep: Promise<void> | undefined;
  #stopping = false;

  constructor(parts: ReaperParts) {
    this.#parts = parts;
    for (const what of Object.keys(WHAT)) this.metrics[0].inc({ what }, 0);
  }

  /** Sweeps now, and then every 15 s. */
  start(): void {
    this.#begin();
    this.#timer = setInterval(() => this.#begin(), SWEEP_MS);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    await this.#sweep;
  }

  /** One bounded sweep, from where the last one ended. What is past its deadline comes first each time. */
  async sweep(): Promise<MendedCounts> {
    const counts = noCounts();
    // The walk is by deadlines, so its beginning is what is overdue.
    if (this.#run !== undefined) await this.#walkRuns(counts, undefined);
    for (let page = 0; page < RUN_PAGES && !this.#stopping; page++) {
      this.#run = await this.#walkRuns(counts, this.#run);
      if (this.#run === undefined) break;
    }
    for (const table of LEFTOVER_TABLES) {
      for (let page = 0; page < LEFTOVER_PAGES && !this.#stopping; page++) {
        const next = await this.#walkLeftovers(counts, table, this.#rows.get(table));
        if (next === undefined) this.#rows.delete(table);
        else this.#rows.set(table, next);
        if (next === undefined) break;
      }
    }
    return counts;
  }

  /** Looks at everything once. */
  async sweepAll(): Promise<MendedCounts> {
    const counts = noCounts();
    for (let place = await this.#walkRuns(counts, undefined); place !== undefined;) {
      place = await this.#walkRuns(counts, place);
    }
    for (const table of LEFTOVER_TABLES) {
      for (let key = await this.#walkLeftovers(counts, table, undefined); key !== undefined;) {
        key = await this.#walkLeftovers(counts, table, key);
      }
    }
    return counts;
  }

  #begin(): void {
    this.#sweep ??= this.sweep()
      .then(() => undefined)
      .catch((error: unknown) =>
        this.#parts.platform.log.error(
          { err: error },
          'what is stuck cannot be looked for; trying again in 15 s',
        ),
      )
      .finally(() => (this.#sweep = undefined));
  }

  async #walkRuns(
    counts: Record<Mended, number>,
    from: WalkPlace | undefined,
  ): Promise<WalkPlace | undefined> {
    const { platform, queue } = this.#parts;
    const now = platform.clock.now();
    const { steps, runs, next } = await findLost(platform.db, now, from, PAGE_ROWS);
    for (const step of await mendSteps(platform.db, queue, steps)) this.#tell(counts, step.lost, idsOf(step));
    for (const run of await endLostRuns(platform.db, now, runs)) this.#tell(counts, 'run', run);
    return next;
  }

  async #walkLeftovers(
    counts: Record<Mended, number>,
    table: LeftoverTable,
    after: readonly string[] | undefined,
  ): Promise<readonly string[] | undefined> {
    const { db } = this.#parts.platform;
    const { leftovers, next } = await findLeftovers(db, table, after, PAGE_ROWS);
    for (const { key: _, ...ids } of await deleteLeftovers(db, table, leftovers))
      this.#tell(counts, table, ids);
    return next;
  }

  #tell(counts: Record<Mended, number>, what: Mended, ids: object): void {
    counts[what]++;
    this.metrics[0].inc({ what });
    this.#parts.platform.log.error(ids, WHAT[what]);
  }
}

function noCounts(): Record<Mended, number> {
  return { job: 0, deadline: 0, run: 0, event_wait: 0, parked_step: 0 };
}

function idsOf({ workspaceId, workflowId, profileId, runId, stepId }: LostStep): object {
  return { workspaceId, workflowId, profileId, runId, stepId };
}
