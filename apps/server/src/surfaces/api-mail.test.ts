import { describe, expect, it, vi } from 'vitest';

import { startApp } from '../app.ts';
import { MAIL_QUEUE, queueMails } from '../mail/index.ts';
import type { MailJob, NewMail } from '../mail/index.ts';
import { readConfig } from '../platform/config.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import { startJobEngine } from '../platform/jobs/pg-boss-queue.ts';
import { createLog } from '../platform/log.ts';
import { smtpReceiver } from '../testing/smtp-receiver.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testWorkspace } from '../testing/test-platform.ts';

const API_KEY = 'api-key-of-the-test-0123456789';
const WAIT_MS = 10_000;

interface Body {
  readonly mails?: readonly { readonly subject: string }[];
  readonly [field: string]: unknown;
}

/** The whole server, with a mail server or without. */
async function serverWith(smtpUrl: string | undefined) {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const config = readConfig({
    PORT: '0',
    LAUREL_API_KEY: API_KEY,
    ...(smtpUrl !== undefined && { SMTP_URL: smtpUrl, LAUREL_MAIL_FROM: 'Laurel <laurel@example.org>' }),
  });
  if (config.kind === 'invalid') throw new Error(config.problems.join());
  const outcome = await startApp({
    config: config.config,
    connectionString: database.connectionString,
    masterKey: 'a master key for tests, long enough',
    log: createLog('fatal'),
  });
  if (outcome.kind === 'refused') throw new Error(outcome.message);
  const { app } = outcome;
  stack.defer(async () => await app.stop());
  const jobs = await startJobEngine(database.connectionString, createLog('fatal'), { supervise: false });
  stack.defer(async () => await jobs.stop());
  const queue = await jobs.queue<MailJob>(MAIL_QUEUE);
  const authorization = `Bearer ${API_KEY}`;
  return {
    db: database.db,
    call: async (method: string, path: string, headers: Record<string, string> = { authorization }) => {
      const response = await fetch(`${app.origin}${path}`, { method, headers });
      return { status: response.status, body: (await response.json()) as Body };
    },
    queue: async (mail: Partial<NewMail> = {}) => {
      const [queued] = await inTransaction(
        database.db,
        async (tx) =>
          await queueMails(tx, queue, [
            {
              workspaceId: app.boot.workspaceId,
              profileId: newId(),
              to: { address: 'ada@example.org', name: 'Ada' },
              subject: 'You passed',
              html: '<p>Well done</p>',
              text: 'Well done',
              createdAt: new Date(),
              ...mail,
            },
          ]),
      );
      if (queued?.kind !== 'queued') throw new Error(JSON.stringify(queued));
      return queued.id;
    },
    [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
  };
}

type Server = Awaited<ReturnType<typeof serverWith>>;

async function until(it: Server, id: string, state: string): Promise<void> {
  await vi.waitFor(
    async () => expect((await it.call('GET', `/api/mail/${id}`)).body).toMatchObject({ state }),
    WAIT_MS,
  );
}

describe('/api/mail', () => {
  it('shows the outbox, newest first and in pages, and a mail with its bodies', async () => {
    await using it = await serverWith(undefined);
    const ids = [
      await it.queue(),
      await it.queue({ subject: 'second' }),
      await it.queue({ subject: 'third' }),
    ];
    await Promise.all(ids.map(async (id) => await until(it, id, 'held')));
    const { status, body } = await it.call('GET', '/api/mail?limit=2');
    expect(status).toBe(200);
    expect(body.mails?.map(({ subject }) => subject)).toEqual(['third', 'second']);
    expect(JSON.stringify(body)).not.toContain('Well done');
    const next = await it.call('GET', `/api/mail?limit=2&before=${ids[1]}&state=held`);
    expect(next.body.mails).toMatchObject([
      { id: ids[0], subject: 'You passed', state: 'held', attempts: 0 },
    ]);
    expect((await it.call('GET', '/api/mail?state=sent')).body).toEqual({ mails: [] });
    expect((await it.call('GET', `/api/mail/${ids[0]}`)).body).toMatchObject({
      id: ids[0],
      to: { address: 'ada@example.org', name: 'Ada' },
      html: '<p>Well done</p>',
      text: 'Well done',
      lastError: 'SMTP_URL was not set',
    });
  });

  it('sends no mail where there is no server to send it by', async () => {
    await using it = await serverWith(undefined);
    const id = await it.queue();
    await until(it, id, 'held');
    expect(await it.call('POST', `/api/mail/${id}/send`)).toMatchObject({
      status: 409,
      body: { code: 'smtp-not-set' },
    });
    expect((await it.call('GET', `/api/mail/${id}`)).body).toMatchObject({ state: 'held' });
  });

  it('sends a mail that was held back, once', async () => {
    await using server = await smtpReceiver();
    await using it = await serverWith(server.url);
    const id = await it.queue();
    await until(it, id, 'sent');
    await it.db.updateTable('mail').set({ state: 'held', sent_at: null }).where('id', '=', id).execute();
    const released = await Promise.all(
      [1, 2, 3].map(async () => await it.call('POST', `/api/mail/${id}/send`)),
    );
    expect(released.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    expect(released.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'mail-not-waiting' });
    await until(it, id, 'sent');
    expect(server.mails).toHaveLength(2);
  });

  it('shows and sends nothing of another workspace', async () => {
    await using server = await smtpReceiver();
    await using it = await serverWith(server.url);
    const foreign = await it.queue({ workspaceId: await testWorkspace(it.db) });
    const own = await it.queue();
    await until(it, own, 'sent');
    const stateOf = async (id: string) =>
      (await it.db.selectFrom('mail').select('state').where('id', '=', id).executeTakeFirst())?.state;
    await vi.waitFor(async () => expect(await stateOf(foreign)).toBe('sent'), WAIT_MS);
    await it.db.updateTable('mail').set({ state: 'held' }).where('id', '=', foreign).execute();
    expect((await it.call('GET', '/api/mail')).body.mails).toMatchObject([{ id: own }]);
    const missing = { status: 404, body: { code: 'mail-not-found' } };
    expect(await it.call('GET', `/api/mail/${foreign}`)).toMatchObject(missing);
    expect(await it.call('POST', `/api/mail/${foreign}/send`)).toMatchObject(missing);
    expect(await it.call('GET', `/api/mail/${newId()}`)).toMatchObject(missing);
    expect(await stateOf(foreign)).toBe('held');
  });

  it('is not for those who have no key, and names the field of a wrong question', async () => {
    await using it = await serverWith(undefined);
    for (const [method, path] of [
      ['GET', '/api/mail'],
      ['GET', `/api/mail/${newId()}`],
      ['POST', `/api/mail/${newId()}/send`],
    ] as const) {
      expect(await it.call(method, path, {})).toMatchObject({ status: 401 });
    }
    expect(await it.call('GET', '/api/mail?state=lost&before=1&limit=0')).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'state' }, { field: 'before' }, { field: 'limit' }] },
    });
  });
});
