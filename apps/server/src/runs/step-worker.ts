import { setTimeout as delay } from 'node:timers/promises';

import type { EventLog } from '../events/index.ts';
import { GroupCommit } from '../platform/group-commit.ts';
import { isDatabaseAway } from '../platform/http/failure.ts';
import { LEASE_SECONDS } from '../platform/jobs/job-queue.ts';
import { Signal } from '../platform/signal.ts';
import type { WorkflowVersions } from '../workflows/index.ts';
import type { EffectParts } from './effects.ts';
import type { ExecutorParts, ExecutorTools } from './executors/executor.ts';
import { executeSteps } from './executors/index.ts';
import { loadSteps } from './load-steps.ts';
import type { LoadOutcome } from './load-steps.ts';
import type { LoadedStep } from './loaded-step.ts';
import type { HandOff } from './recorded-change.ts';
import type { Settlement } from './settlement.ts';
import type { HeldStep, StepQueue } from './step-job.ts';
import { triageStep } from './triage-step.ts';
import { commitSettlements } from './write-settlements.ts';

/** Steps under way at once. With requests of 30 ms this is 8,000 a second, more than a process can prepare. */
const MAX_HELD = 256;
const MAX_CLAIM = 128;
const SETTLE_ROWS = 200;
const SETTLES_IN_FLIGHT = 2;
/** A second transaction of results beside the first is worth its round trips only when it is large. */
const SETTLE_OVERLAP_AT = 128;
/** While steps are under way, so long more are gathered before the next claim: it costs the same for one as for many. */
const GATHER_MS = 4;
/** How long the queue is left alone when it was empty, unless something was enqueued by this process. */
const POLL_MS = 1_000;
const HEARTBEAT_MS = (LEASE_SECONDS * 1_000) / 3;
const RETRY_MS = 500;

export interface StepWorkerParts extends ExecutorParts, EffectParts {
  readonly queue: StepQueue;
  readonly log: EventLog;
  readonly versions: WorkflowVersions;
}

/**
 * Executes the steps of runs: claims jobs, renders their requests, writes down the intent, sends, and writes down what
 * came of it. Every stage works on batches; a step that waits for a slow receiver holds up no other.
 */
export class StepWorker implements HandOff {
  readonly #parts: StepWorkerParts;
  readonly #tools: ExecutorTools;
  readonly #held = new Map<string, HeldStep>();
  /** Something was enqueued. */
  readonly #due = new Signal();
  /** A step is done with. */
  readonly #free = new Signal();
  readonly #settler: GroupCommit<Settlement, 'written' | 'lost'>;
  #stopping = false;
  #loop: Promise<void> | undefined;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(parts: StepWorkerParts) {
    this.#parts = parts;
    this.#tools = {
      ...parts,
      settle: async (settlement) => await this.#settle(settlement),
      release: (jobs) => this.#release(jobs),
    };
    this.#settler = new GroupCommit({
      maxWeight: SETTLE_ROWS,
      maxInFlight: SETTLES_IN_FLIGHT,
      overlapAt: SETTLE_OVERLAP_AT,
      isPoisoned: (error) => !isDatabaseAway(error),
      flush: async (settlements) => await this.#write(settlements),
    });
  }

  start(): void {
    this.#loop = this.#run();
    this.#heartbeat = setInterval(() => void this.#beat(), HEARTBEAT_MS);
  }

  /** Tells that there may be work now. */
  wake(): void {
    this.#due.raise();
  }

  room(): number {
    return this.#loop === undefined || this.#stopping ? 0 : Math.max(0, MAX_HELD - this.#held.size);
  }

  take(steps: readonly LoadedStep[]): void {
    const jobs = steps.map(({ job }) => job);
    this.#hold(jobs);
    // After the present turn of the loop: whoever made the steps is answered first.
    setImmediate(() => {
      this.#parts.platform.checkpoint('step: claimed');
      void this.#guard(jobs, async () => await this.#execute(steps));
    });
  }

  /** Takes no more work, and resolves when what is in hand is written down. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#due.raise();
    this.#free.raise();
    await this.#loop;
    while (this.#held.size > 0) await this.#free.wait(RETRY_MS);
    clearInterval(this.#heartbeat);
  }

  async #run(): Promise<void> {
    const { platform, queue } = this.#parts;
    while (!this.#stopping) {
      const room = MAX_HELD - this.#held.size;
      // Claims cost the same for one job as for many: wait until a good part of the room is free.
      if (room < MAX_CLAIM / 2) {
        await this.#free.wait(POLL_MS);
        continue;
      }
      if (this.#held.size > 0) await delay(GATHER_MS);
      try {
        const limit = Math.min(room, MAX_CLAIM);
        const jobs = await queue.claim(limit);
        if (jobs.length > 0) {
          platform.checkpoint('step: claimed');
          this.#hold(jobs);
          void this.#guard(jobs, async () => await this.#load(jobs));
        }
        // The queue had no more than these: there is nothing to claim until something is enqueued.
        if (jobs.length < limit) await this.#due.wait(POLL_MS);
      } catch (error) {
        platform.log.error({ err: error }, 'steps cannot be claimed; trying again');
        await delay(RETRY_MS);
      }
    }
  }

  #hold(jobs: readonly HeldStep[]): void {
    for (const job of jobs) this.#held.set(job.id, job);
  }

  /** Never rejects: what goes wrong is logged, and the jobs come back after their lease. */
  async #guard(jobs: readonly HeldStep[], work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#parts.platform.log.error(
        { err: error, steps: jobs.map(({ data }) => data) },
        'steps could not be worked on; they are taken up again after their lease',
      );
      this.#release(jobs);
    }
  }

  async #load(jobs: readonly HeldStep[]): Promise<void> {
    const { platform, versions } = this.#parts;
    const outcomes = await loadSteps(platform.db, versions, jobs);
    await Promise.all([
      ...outcomes.map(async (outcome) => {
        const settlement = settlementOf(outcome, platform.clock.now());
        if (settlement !== undefined) await this.#settle(settlement);
      }),
      this.#execute(outcomes.flatMap((outcome) => (outcome.kind === 'loaded' ? [outcome.step] : []))),
    ]);
  }

  async #execute(steps: readonly LoadedStep[]): Promise<void> {
    const now = this.#parts.platform.clock.now();
    const triaged = steps.map((step) => ({ step, settlement: triageStep(step, now) }));
    await Promise.all([
      ...triaged.map(async ({ settlement }) => {
        if (settlement !== undefined) await this.#settle(settlement);
      }),
      executeSteps(
        this.#tools,
        triaged.flatMap(({ step, settlement }) => (settlement === undefined ? [step] : [])),
      ),
    ]);
  }

  /** The result of a request is known only here: it is kept until the database takes it, or the lease is another's. */
  async #settle(settlement: Settlement): Promise<void> {
    for (;;) {
      try {
        const written = await this.#settler.add(settlement);
        if (written === 'lost')
          this.#log(settlement, 'a step was taken over by another worker before its result was written');
        break;
      } catch (error) {
        if (!isDatabaseAway(error)) {
          this.#log(
            settlement,
            'the result of a step cannot be written; the step is taken up again after its lease',
            error,
          );
          break;
        }
        await delay(RETRY_MS);
      }
    }
    this.#release([settlement.job]);
  }

  async #write(settlements: readonly Settlement[]): Promise<('written' | 'lost')[]> {
    const lost = await commitSettlements({ ...this.#parts, handOff: this }, settlements);
    const lostJobs = new Set(lost);
    return settlements.map((settlement) => (lostJobs.has(settlement) ? 'lost' : 'written'));
  }

  #release(jobs: readonly HeldStep[]): void {
    for (const { id } of jobs) this.#held.delete(id);
    this.#free.raise();
  }

  async #beat(): Promise<void> {
    try {
      await this.#parts.queue.heartbeat([...this.#held.values()]);
    } catch (error) {
      this.#parts.platform.log.error(
        { err: error },
        'the leases of steps could not be extended; trying again',
      );
    }
  }

  #log(settlement: Settlement, message: string, error?: unknown): void {
    const step = 'step' in settlement ? settlement.step : undefined;
    const workflowId = step?.run.workflow.workflowId;
    this.#parts.platform.log.error({ ...settlement.job.data, workflowId, err: error }, message);
  }
}

/** What becomes of a claimed step that cannot be executed. */
function settlementOf(outcome: LoadOutcome, now: Date): Settlement | undefined {
  switch (outcome.kind) {
    case 'loaded':
      return undefined;
    case 'stale':
      return { kind: 'stale', job: outcome.job };
    case 'paused':
      return { kind: 'parked', job: outcome.job, workflowId: outcome.workflowId };
    case 'homeless':
      return { kind: 'abandoned', job: outcome.job, at: now, reason: outcome.reason };
  }
}
