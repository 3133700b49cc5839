import { vi } from 'vitest';

import { EventLog, KnownDefinitions } from '../../events/index.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { newId } from '../../platform/ids.ts';
import { startJobEngine } from '../../platform/jobs/pg-boss-queue.ts';
import { createLog } from '../../platform/log.ts';
import { testDatabase } from '../../testing/test-database.ts';
import { testPlatform, testWorkspace } from '../../testing/test-platform.ts';
import type { NewMail } from '../check-mail.ts';
import { MAIL_QUEUE } from '../mail-job.ts';
import type { MailJob, MailQueue } from '../mail-job.ts';
import { MailWorker } from '../mail-worker.ts';
import type { MailWorkerParts } from '../mail-worker.ts';
import { queueMails } from '../queue-mails.ts';

export const SENDER = { address: 'laurel@example.org', name: 'Laurel' };
/** Retries as many as in earnest, and short. */
const SOON = [300, 300, 300, 300, 300];

/** A database with a workspace, and what sends mails on it. Workers are stopped when it goes out of scope. */
export async function mailSystem() {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const platform = testPlatform(database.db, { now: () => new Date() });
  const workspaceId = await testWorkspace(database.db);
  const profileId = newId();
  const engine = async () => {
    const jobs = await startJobEngine(database.connectionString, createLog('fatal'));
    stack.defer(async () => await jobs.stop());
    return await jobs.queue<MailJob>(MAIL_QUEUE);
  };
  const queue = await engine();
  const log = new EventLog(new KnownDefinitions());
  const workers: MailWorker[] = [];
  return {
    db: database.db,
    workspaceId,
    profileId,
    queue,
    /** A second set of connections to the queue, as another process has. */
    engine,
    /** Starts a worker; `url` undefined: without a server. */
    worker: (url: string | undefined, parts: Partial<MailWorkerParts> = {}): MailWorker => {
      const smtp = url === undefined ? undefined : { url, from: SENDER };
      const worker = new MailWorker({ platform, queue, log, smtp, delays: SOON, ...parts });
      worker.start();
      workers.push(worker);
      stack.defer(async () => await worker.stop());
      return worker;
    },
    /** Queues a mail to Ada with what the test gives; answers its id. */
    send: async (mail: Partial<NewMail> = {}): Promise<string> => {
      const [outcome] = await inTransaction(
        database.db,
        async (tx) => await queueMails(tx, queue, [{ ...mailToAda(workspaceId, profileId), ...mail }]),
      );
      if (outcome?.kind !== 'queued') throw new Error(JSON.stringify(outcome));
      for (const worker of workers) worker.wake();
      return outcome.id;
    },
    row: async (id: string) =>
      await database.db.selectFrom('mail').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    /** Resolves with the row of the mail when it is in that state. */
    until: async (id: string, state: string) =>
      await vi.waitFor(async () => {
        const row = await database.db
          .selectFrom('mail')
          .selectAll()
          .where('id', '=', id)
          .executeTakeFirstOrThrow();
        if (row.state !== state) throw new Error(`the mail is ${row.state}: ${row.last_error}`);
        return row;
      }, 28_000),
    events: async () =>
      await database.db.selectFrom('event').select(['action', 'profile_id', 'params', 'source']).execute(),
    [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
  };
}

export function mailToAda(workspaceId: string, profileId: string): NewMail {
  return {
    workspaceId,
    profileId,
    to: { address: 'ada@example.org', name: 'Ada Lovelace' },
    subject: 'You passed',
    html: '<p>Well done</p>',
    text: 'Well done',
    createdAt: new Date(),
  };
}

/** A queue whose first `times` jobs cannot be finished, for that reason. */
export function failingToFinish(queue: MailQueue, times: number, reason: Error): MailQueue {
  let left = times;
  return {
    enqueue: async (tx, jobs) => await queue.enqueue(tx, jobs),
    enqueueHeld: async (tx, jobs) => await queue.enqueueHeld(tx, jobs),
    claim: async (limit) => await queue.claim(limit),
    heartbeat: async (jobs) => await queue.heartbeat(jobs),
    cancel: async (tx, ids) => await queue.cancel(tx, ids),
    finish: async (tx, jobs) => {
      if (left-- > 0) throw reason;
      return await queue.finish(tx, jobs);
    },
  };
}
