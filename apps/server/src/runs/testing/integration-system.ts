import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { vi } from 'vitest';

import { createIngest, EventLog, KnownDefinitions } from '../../events/index.ts';
import { Delivery, putConnection } from '../../integrations/index.ts';
import { issuingOf } from '../../issuer/index.ts';
import { MAIL_QUEUE } from '../../mail/index.ts';
import type { MailJob } from '../../mail/index.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { startJobEngine } from '../../platform/jobs/pg-boss-queue.ts';
import { createLog } from '../../platform/log.ts';
import type { Platform } from '../../platform/platform.ts';
import { attributesOf } from '../../profiles/index.ts';
import { readTotals } from '../../stats/index.ts';
import { testDatabase } from '../../testing/test-database.ts';
import { allowing, testPlatform, testWorkspace } from '../../testing/test-platform.ts';
import { ActiveWorkflows, saveWorkflow, WorkflowVersions } from '../../workflows/index.ts';
import type { LifecycleParts } from '../apply-lifecycle.ts';
import { startRunsOn } from '../start-runs.ts';
import { STEP_QUEUE } from '../step-job.ts';
import type { StepJob } from '../step-job.ts';
import { StepWorker } from '../step-worker.ts';

type Answer = (request: IncomingMessage, body: string, response: ServerResponse) => void;

/** A receiver whose behaviour the test gives; it keeps every request that it got. */
export async function receiver(answer: Answer) {
  const requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      answer(request, body, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    requests,
    origin: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const BODY =
  '{"credential":{"recipient":{"name":"{{ event.params.name }}","email":"{% customer email %}"},"group_id":7}}';

/** A workflow of one Outgoing Integration, on a database of the test's own. */
export async function integrationSystem(
  url: string,
  options: { body?: string; timeoutMs?: number; more?: object; platform?: Partial<Platform> } = {},
) {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const platform = { ...testPlatform(database.db, { now: () => new Date() }), ...options.platform };
  const batches = { ...platform, db: database.batches };
  const workspaceId = await testWorkspace(database.db);
  const jobs = await startJobEngine(database.connectionString, createLog('fatal'));
  const queue = await jobs.queue<StepJob>(STEP_QUEUE);
  const log = new EventLog(new KnownDefinitions());
  const versions = new WorkflowVersions();
  const delivery = new Delivery({
    platform: batches,
    egressPolicy: allowing('127.0.0.1'),
    timeoutMs: options.timeoutMs ?? 5_000,
  });
  const worker = new StepWorker({
    platform: batches,
    queue,
    log,
    versions,
    fetchData: async () => new Map(),
    delivery,
    mailQueue: await jobs.queue<MailJob>(MAIL_QUEUE),
    issuing: issuingOf({ platform, publicUrl: () => 'http://127.0.0.1:8321' }),
  });
  log.subscribe(startRunsOn(new ActiveWorkflows(), versions, { queue, handOff: worker }));
  const ingest = createIngest(batches, log);
  stack.defer(async () => {
    await worker.stop();
    await jobs.stop();
    await delivery.close();
  });
  const workflowId = await inTransaction(database.db, async (tx) => {
    const connection = await putConnection(tx, platform.secrets, new Date(), {
      workspaceId,
      name: 'Issuer',
      spec: { authentication: 'token', prefix: 'Token token=', token: 'k3y' },
    });
    if (connection.kind === 'secret-missing') throw new Error('unreachable');
    const saved = await saveWorkflow(tx, new Date(), {
      workspaceId,
      name: 'Issue',
      run: true,
      definition: {
        format: '2026-11-24',
        nodes: [
          {
            id: 'acquired',
            type: 'profile-event',
            title: 'Acquired',
            settings: {
              event: 'certification.acquired',
              where: [{ parameter: 'passed', operator: 'not-equal', value: false }],
            },
            outputs: { next: 'send' },
          },
          {
            id: 'send',
            type: 'outgoing-integration',
            title: 'Send',
            settings: {
              connection: connection.id,
              webhookName: 'Accredible',
              webhookEvent: { name: 'accredible.userSent' },
              url,
              headers: [{ name: 'Content-Type', value: 'application/json' }],
              body: options.body ?? BODY,
              ...options.more,
            },
            outputs: { next: 'end' },
          },
          { id: 'end', type: 'end', title: 'End' },
        ],
      },
    });
    if (!('workflow' in saved)) throw new Error(JSON.stringify(saved));
    return saved.workflow.id;
  });
  worker.start();
  const send = async (params: Record<string, unknown>, client: object = { email: 'ada@example.org' }) => {
    const now = new Date();
    const event = {
      client,
      action: 'certification.acquired',
      time: now,
      claimedTime: now,
      params,
      salt: undefined,
    };
    return await ingest.add({ workspaceId, receivedAt: now, events: [event], idempotency: undefined });
  };
  const results = async () => {
    const rows = await database.db
      .selectFrom('event')
      .select('params')
      .where('action', '=', 'accredible.userSent')
      .execute();
    return rows.map(({ params }) => attributesOf(params));
  };
  const result = async () =>
    await vi.waitFor(async () => {
      const [first] = await results();
      if (first === undefined) throw new Error('no result event yet');
      return first;
    }, 25_000);
  const totals = async () =>
    Object.fromEntries(
      (await readTotals(database.db, { workspaceId, workflowId })).map(({ nodeId, ...counts }) => [
        nodeId,
        counts,
      ]),
    );
  const lifecycle: LifecycleParts = { platform, queue, handOff: worker, versions, log };
  return {
    db: database.db,
    platform,
    workspaceId,
    workflowId,
    lifecycle,
    send,
    results,
    result,
    totals,
    worker,
    [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
  };
}

/** As the statistics of a node show it. */
export const counts = (
  entered: number,
  executed: number,
  succeeded: number,
  failed: number,
  skipped = 0,
) => ({
  entered,
  executed,
  succeeded,
  failed,
  skipped,
});
