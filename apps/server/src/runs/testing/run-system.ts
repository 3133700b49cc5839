import { vi } from 'vitest';

import { createIngest, EventLog, KnownDefinitions } from '../../events/index.ts';
import type { EventInput } from '../../events/index.ts';
import { Delivery, putConnection } from '../../integrations/index.ts';
import { issuingOf } from '../../issuer/index.ts';
import { MAIL_QUEUE } from '../../mail/index.ts';
import type { MailJob } from '../../mail/index.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { startJobEngine } from '../../platform/jobs/pg-boss-queue.ts';
import { createLog } from '../../platform/log.ts';
import { readTotals } from '../../stats/index.ts';
import { testDatabase } from '../../testing/test-database.ts';
import { allowing, testPlatform, testWorkspace } from '../../testing/test-platform.ts';
import { ActiveWorkflows, saveWorkflow, WorkflowVersions } from '../../workflows/index.ts';
import type { LifecycleParts } from '../apply-lifecycle.ts';
import { AUDIENCE_QUEUE } from '../audience-job.ts';
import type { AudienceJob } from '../audience-job.ts';
import { AudienceWorker } from '../audience-worker.ts';
import type { RunTools } from '../run-tools.ts';
import { startRunsOn } from '../start-runs.ts';
import { STEP_QUEUE } from '../step-job.ts';
import type { StepJob } from '../step-job.ts';
import { StepWorker } from '../step-worker.ts';

/** A node without what the test does not care about. */
export interface TestNode {
  readonly id: string;
  readonly type: string;
  readonly settings?: object;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly [more: string]: unknown;
}

export const START: TestNode = {
  id: 'start',
  type: 'profile-event',
  settings: { event: 'test.started' },
  outputs: { next: 'n1' },
};
export const END: TestNode = { id: 'end', type: 'end' };

/** From the event to the settled step, on a database of the test's own, without HTTP. */
export async function runSystem() {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const { db } = database;
  const platform = testPlatform(db, { now: () => new Date() });
  const batches = { ...platform, db: database.batches };
  const workspaceId = await testWorkspace(db);
  const jobs = await startJobEngine(database.connectionString, createLog('fatal'));
  const queue = await jobs.queue<StepJob>(STEP_QUEUE);
  const log = new EventLog(new KnownDefinitions());
  const versions = new WorkflowVersions();
  const delivery = new Delivery({ platform: batches, egressPolicy: allowing('127.0.0.1'), timeoutMs: 2_000 });
  const parts = { queue, log, versions, delivery, fetchData: async () => new Map() };
  const worker = new StepWorker({
    platform: batches,
    ...parts,
    mailQueue: await jobs.queue<MailJob>(MAIL_QUEUE),
    issuing: issuingOf({ platform, publicUrl: () => 'http://127.0.0.1:8321' }),
  });
  const tools: RunTools = { ...parts, handOff: worker };
  log.subscribe(startRunsOn(new ActiveWorkflows(), versions, tools));
  const audienceQueue = await jobs.queue<AudienceJob>(AUDIENCE_QUEUE);
  const audiences = new AudienceWorker({ platform, versions, queue: audienceQueue, log, tools });
  const ingest = createIngest(batches, log);
  worker.start();
  audiences.start();
  stack.defer(async () => {
    await audiences.stop();
    await worker.stop();
    await jobs.stop();
    await delivery.close();
  });
  const connection = await inTransaction(
    db,
    async (tx) =>
      await putConnection(tx, platform.secrets, new Date(), {
        workspaceId,
        name: 'Open',
        spec: { authentication: 'none' },
      }),
  );

  /** Saves and runs a workflow: a new one, or the next version of one (`id`). */
  const save = async (
    nodes: readonly TestNode[],
    { id, ...more }: { readonly id?: string; readonly [more: string]: unknown } = {},
  ): Promise<string> => {
    const definition = {
      format: '2026-11-24',
      ...more,
      nodes: nodes.map((node) => ({ title: node.id, ...node })),
    };
    const input = { workspaceId, id, name: `Workflow ${Math.random()}`, run: true, definition };
    const saved = await inTransaction(db, async (tx) => await saveWorkflow(tx, new Date(), input));
    if (!('workflow' in saved)) throw new Error(JSON.stringify(saved));
    return saved.workflow.id;
  };
  const send = async (
    action = 'test.started',
    params: Record<string, unknown> = {},
    email = 'ada@example.org',
  ): Promise<void> => {
    const now = new Date();
    const event: EventInput = {
      client: { email },
      action,
      time: now,
      claimedTime: now,
      params,
      salt: undefined,
    };
    const outcome = await ingest.add({
      workspaceId,
      receivedAt: now,
      events: [event],
      idempotency: undefined,
    });
    if (outcome.kind !== 'stored') throw new Error(JSON.stringify(outcome));
  };
  const runs = async () =>
    await db.selectFrom('run').selectAll().orderBy('started_at').orderBy('id').execute();
  const steps = async () =>
    await db.selectFrom('run_step').selectAll().orderBy('entered_at').orderBy('id').execute();
  /** The events of all profiles by a name, the oldest first. */
  const events = async (action: string) =>
    (await db.selectFrom('event').select('params').where('action', '=', action).orderBy('id').execute()).map(
      ({ params }) => params,
    );
  /** Entered/executed/succeeded/failed/skipped by node. */
  const counters = async (workflowId: string) =>
    Object.fromEntries(
      (await readTotals(db, { workspaceId, workflowId })).map((row) => [
        row.nodeId,
        [row.entered, row.executed, row.succeeded, row.failed, row.skipped].join('/'),
      ]),
    );
  /** Waits until so many runs have ended; answers them. */
  const ended = async (count = 1) =>
    await vi.waitFor(
      async () => {
        const all = (await runs()).filter(({ state }) => state !== 'running');
        if (all.length < count) throw new Error(`${all.length} runs have ended`);
        return all;
      },
      { timeout: 20_000, interval: 20 },
    );
  const lifecycle: LifecycleParts = { platform, queue, handOff: worker, versions, log };
  return {
    db,
    platform,
    workspaceId,
    queue,
    lifecycle,
    worker,
    tools,
    connectionId: 'id' in connection ? connection.id : '',
    save,
    send,
    runs,
    steps,
    events,
    counters,
    ended,
    [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
  };
}
