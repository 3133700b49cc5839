import { setTimeout as delay } from 'node:timers/promises';

import type { EventLog } from '../events/index.ts';
import type { OpenConnection } from '../integrations/index.ts';
import { GroupCommit } from '../platform/group-commit.ts';
import { isDatabaseAway } from '../platform/http/failure.ts';
import { LEASE_SECONDS } from '../platform/jobs/job-queue.ts';
import { Signal } from '../platform/signal.ts';
import type { WorkflowVersions } from '../workflows/index.ts';
import { checkRequest, executeRequest, optionsOf } from './execute-step.ts';
import type { PreparedRequest, Sender } from './execute-step.ts';
import { loadSteps } from './load-steps.ts';
import type { LoadedStep } from './load-steps.ts';
import { renderRequests } from './render-request.ts';
import type { FetchData } from './render-request.ts';
import type { Settlement } from './settlement.ts';
import type { HeldStep, StepQueue } from './step-job.ts';
import { writeIntents } from './write-intents.ts';
import { commitSettlements } from './write-settlements.ts';

/** Steps under way at once. With requests of 30 ms this is 8,000 a second, more than a process can prepare. */
const MAX_HELD = 256;
const MAX_CLAIM = 128;
const SETTLE_ROWS = 200;
const SETTLES_IN_FLIGHT = 2;
/** A second transaction of results beside the first is worth its round trips only when it is large. */
const SETTLE_OVERLAP_AT = 64;
/** While steps are under way, so long more are gathered before the next claim: it costs the same for one as for many. */
const GATHER_MS = 4;
/** How long the queue is left alone when it was empty, unless something was enqueued by this process. */
const POLL_MS = 1_000;
const HEARTBEAT_MS = (LEASE_SECONDS * 1_000) / 3;
const RETRY_MS = 500;

export interface StepWorkerParts extends Sender {
  readonly queue: StepQueue;
  readonly log: EventLog;
  readonly versions: WorkflowVersions;
  readonly fetchData: FetchData;
}

/**
 * Executes the steps of runs: claims jobs, renders their requests, writes down the intent, sends, and writes down what
 * came of it. Every stage works on batches; a step that waits for a slow receiver holds up no other.
 */
export class StepWorker {
  readonly #parts: StepWorkerParts;
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
          for (const job of jobs) this.#held.set(job.id, job);
          void this.#work(jobs);
        }
        // The queue had no more than these: there is nothing to claim until something is enqueued.
        if (jobs.length < limit) await this.#due.wait(POLL_MS);
      } catch (error) {
        platform.log.error({ err: error }, 'steps cannot be claimed; trying again');
        await delay(RETRY_MS);
      }
    }
  }

  /** Never rejects: what goes wrong is logged, and the jobs come back after their lease. */
  async #work(jobs: readonly HeldStep[]): Promise<void> {
    try {
      const steps = await loadSteps(this.#parts.platform.db, this.#parts.versions, jobs);
      const loaded = new Set(steps.map(({ job }) => job.id));
      const stale = jobs.filter(({ id }) => !loaded.has(id));
      await Promise.all([
        ...stale.map(async (job) => await this.#settle({ kind: 'stale', job })),
        this.#sendAll(steps),
      ]);
    } catch (error) {
      this.#parts.platform.log.error(
        { err: error, steps: jobs.map(({ data }) => data) },
        'steps could not be worked on; they are taken up again after their lease',
      );
      this.#release(jobs);
    }
  }

  async #sendAll(steps: readonly LoadedStep[]): Promise<void> {
    const { platform, fetchData } = this.#parts;
    const now = platform.clock.now();
    const [rendered, connections] = await Promise.all([
      renderRequests(steps, now.getTime(), fetchData),
      this.#openConnections(steps),
    ]);
    const fresh: PreparedRequest[] = [];
    const started: Promise<void>[] = [];
    for (const [step, outcome] of rendered) {
      const connection = connections.get(step.node.settings.connection);
      if (outcome.kind !== 'rendered') {
        started.push(this.#settle(unprocessed(step, now, { outcome: outcome.kind, reason: outcome.reason })));
        continue;
      }
      if (connection === undefined) {
        const reason = 'its connection does not exist any more';
        started.push(this.#settle(unprocessed(step, now, { outcome: 'broken', reason })));
        continue;
      }
      const { request } = outcome;
      const masked = this.#parts.delivery.preview(connection, request, optionsOf(step));
      const prepared = { step, request, connection, masked };
      const last = step.lastAttempt;
      if (last !== undefined && (last.outcome === null || last.outcome === 'unknown')) {
        started.push(this.#check({ ...prepared, number: last.number }));
      } else {
        fresh.push({ ...prepared, number: (last?.number ?? 0) + 1 });
      }
    }
    await Promise.all([...started, this.#send(fresh)]);
  }

  async #openConnections(steps: readonly LoadedStep[]): Promise<ReadonlyMap<string, OpenConnection>> {
    const opened = await Promise.all(
      [...Map.groupBy(steps, ({ job }) => job.data.workspaceId)].map(async ([workspaceId, group]) => {
        const ids = [...new Set(group.map(({ node }) => node.settings.connection))];
        return await this.#parts.delivery.open(workspaceId, ids);
      }),
    );
    return new Map(opened.flatMap((connections) => [...connections]));
  }

  async #send(prepared: readonly PreparedRequest[]): Promise<void> {
    if (prepared.length === 0) return;
    const { platform } = this.#parts;
    platform.checkpoint('step: before the intent is committed');
    const allowed = await writeIntents(platform.db, prepared, platform.clock.now());
    platform.checkpoint('step: after the intent is committed');
    const sent = new Set(allowed);
    this.#release(prepared.filter((request) => !sent.has(request)).map(({ step }) => step.job));
    await Promise.all(
      allowed.map(async (request) => await this.#settle(await executeRequest(this.#parts, request))),
    );
  }

  async #check(request: PreparedRequest): Promise<void> {
    const checked = await checkRequest(this.#parts, request);
    if (checked.kind === 'settlement') await this.#settle(checked.settlement);
    else await this.#send([{ ...request, number: request.number + 1 }]);
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
    const lost = await commitSettlements({ ...this.#parts, onEnqueued: () => this.wake() }, settlements);
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
    const workflowId = settlement.kind === 'settled' ? settlement.step.workflowId : undefined;
    this.#parts.platform.log.error({ ...settlement.job.data, workflowId, err: error }, message);
  }
}

function unprocessed(
  step: LoadedStep,
  at: Date,
  result: { readonly outcome: 'skipped' | 'broken'; readonly reason: string },
): Settlement {
  return {
    kind: 'settled',
    job: step.job,
    step,
    at,
    result,
    attempt: undefined,
    event: undefined,
    issuance: undefined,
  };
}
