import { setTimeout as delay } from 'node:timers/promises';

import { nodeById } from '@laurel/workflow';

import type { EventLog } from '../events/index.ts';
import type { Tx } from '../platform/db/database.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import type { Job } from '../platform/jobs/job-queue.ts';
import type { Platform } from '../platform/platform.ts';
import { Signal } from '../platform/signal.ts';
import type { WorkflowVersions } from '../workflows/index.ts';
import type { AudienceJob, AudienceQueue } from './audience-job.ts';
import { planAudiences } from './plan-audiences.ts';
import { planChanges } from './record-changes.ts';
import type { RecordTools } from './record-changes.ts';
import { startsOf, takeAudience } from './take-audience.ts';

/** Profiles in one transaction. */
const PAGE = 500;
const TICK_MS = 1_000;
/** How long an audience of a paused workflow is left alone before it is looked at again. */
const PAUSED_MS = 10_000;

export interface AudienceWorkerParts {
  readonly platform: Platform;
  readonly versions: WorkflowVersions;
  readonly queue: AudienceQueue;
  readonly log: EventLog;
  readonly tools: RecordTools;
}

class JobLost extends Error {}

/**
 * Starts the runs of audiences, part by part: each part, how far it has come and the job of the next one are one
 * transaction, so a process that dies in between loses none and starts none twice.
 */
export class AudienceWorker {
  readonly #parts: AudienceWorkerParts;
  readonly #due = new Signal();
  #stopping = false;
  #loop: Promise<void> | undefined;

  constructor(parts: AudienceWorkerParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#due.raise();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { platform, versions, queue } = this.#parts;
    while (!this.#stopping) {
      try {
        await planAudiences(platform, versions, queue);
        const jobs = await queue.claim(1);
        for (const job of jobs) await this.#take(job);
        if (jobs.length === 0) await this.#due.wait(TICK_MS);
      } catch (error) {
        platform.log.error({ err: error }, 'audiences cannot be taken; trying again');
        await delay(TICK_MS);
      }
    }
  }

  async #take(job: Job<AudienceJob>): Promise<void> {
    const { platform, versions, tools, log } = this.#parts;
    const { workspaceId, audienceRunId } = job.data;
    const now = platform.clock.now();
    const run = await platform.db
      .selectFrom('audience_run as a')
      .innerJoin('workflow as w', (join) =>
        join.onRef('w.workspace_id', '=', 'a.workspace_id').onRef('w.id', '=', 'a.workflow_id'),
      )
      .select(['a.workflow_id', 'a.version', 'a.node_id', 'a.state', 'a.cursor', 'a.started_at', 'w.status'])
      .where('a.workspace_id', '=', workspaceId)
      .where('a.id', '=', audienceRunId)
      .executeTakeFirst();
    if (run === undefined || (run.state !== 'scheduled' && run.state !== 'running'))
      return await this.#finish(job, async () => undefined);
    if (run.status === 'paused') return await this.#again(job, new Date(now.getTime() + PAUSED_MS));
    if (run.status !== 'active') return await this.#end(job, 'cancelled', `the workflow is ${run.status}`);
    const workflow = await versions.get(platform.db, workspaceId, run.workflow_id, run.version);
    const node = nodeById(workflow.definition, run.node_id);
    if (node?.type !== 'audience') return await this.#end(job, 'failed', 'the node is no audience');
    // All parts are taken as of the time of the first.
    const asOf = run.started_at ?? now;
    const page = await takeAudience(
      platform.db,
      workspaceId,
      node.settings,
      asOf,
      run.cursor ?? undefined,
      PAGE,
    );
    if (page.kind === 'failed') return await this.#end(job, 'failed', page.reason);
    const starts = startsOf(workflow, node, page, now);
    const confirm = await this.#finish(job, async (tx) => {
      const planned = await planChanges(tx, tools, starts);
      await Promise.all([
        planned.write(tx),
        tx
          .updateTable('audience_run')
          .set((eb) => ({
            state: page.next === undefined ? 'finished' : 'running',
            started_at: asOf,
            ended_at: page.next === undefined ? now : null,
            cursor: page.next ?? null,
            started_runs: eb('started_runs', '+', starts.length),
          }))
          .where('workspace_id', '=', workspaceId)
          .where('id', '=', audienceRunId)
          .execute(),
        page.next !== undefined && this.#parts.queue.enqueue(tx, [{ id: newId(), data: job.data }]),
      ]);
      const appended = await log.append(tx, planned.events);
      return () => {
        appended();
        planned.confirm();
      };
    });
    confirm?.();
    if (page.next !== undefined) this.#due.raise();
  }

  async #again(job: Job<AudienceJob>, startAfter: Date): Promise<void> {
    await this.#finish(job, async (tx) => {
      await this.#parts.queue.enqueue(tx, [{ id: newId(), data: job.data, startAfter }]);
    });
  }

  async #end(job: Job<AudienceJob>, state: 'cancelled' | 'failed', reason: string): Promise<void> {
    const { platform } = this.#parts;
    const { workspaceId, audienceRunId } = job.data;
    if (state === 'failed')
      platform.log.error({ workspaceId, audienceRunId, reason }, 'an audience cannot be taken');
    await this.#finish(job, async (tx) => {
      await tx
        .updateTable('audience_run')
        .set({ state, reason, ended_at: platform.clock.now() })
        .where('workspace_id', '=', workspaceId)
        .where('id', '=', audienceRunId)
        .execute();
    });
  }

  /** Runs `work` in the transaction that finishes the job; nothing of it stays if another process has the job. */
  async #finish<T>(job: Job<AudienceJob>, work: (tx: Tx) => Promise<T>): Promise<T | undefined> {
    const { platform, queue } = this.#parts;
    try {
      return await inTransaction(platform.db, async (tx) => {
        const held = await queue.finish(tx, [job]);
        if (!held.has(job.id)) throw new JobLost('another process has the job');
        return await work(tx);
      });
    } catch (error) {
      if (!(error instanceof JobLost)) throw error;
      platform.log.warn(job.data, 'a part of an audience was taken over by another process');
      return undefined;
    }
  }
}
