import { describe, expect, it, vi } from 'vitest';

import { inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import { readMessage } from '../testing/read-message.ts';
import { smtpReceiver } from '../testing/smtp-receiver.ts';
import type { Refusal } from '../testing/smtp-receiver.ts';
import { releaseMail } from './release-mail.ts';
import { MAX_ATTEMPTS } from './retry-delay.ts';
import { failingToFinish, mailSystem } from './testing/mail-system.ts';

const WAIT_MS = 10_000;

describe('the mail worker', () => {
  it('hands a mail to the server and writes it to the profile', async () => {
    await using server = await smtpReceiver();
    await using it = await mailSystem();
    it.worker(server.url);
    const ids = { workflowId: newId(), runId: newId(), stepId: newId() };
    const id = await it.send({
      ...ids,
      id: ids.stepId,
      name: 'Congratulation',
      replyTo: 'office@example.org',
    });
    const row = await it.until(id, 'sent');
    expect(row).toMatchObject({
      attempts: 1,
      last_error: null,
      message_id: `<${id}@example.org>`,
      from_address: 'laurel@example.org',
      from_name: 'Laurel',
    });
    expect(row.sent_at?.getTime()).toBeGreaterThan(Date.now() - 10_000);
    const [mail] = server.mails;
    expect(mail).toMatchObject({ from: 'laurel@example.org', to: ['ada@example.org'], secure: false });
    const message = readMessage(mail!.raw);
    expect(message.header('from')).toBe('Laurel <laurel@example.org>');
    expect(message.header('to')).toBe('Ada Lovelace <ada@example.org>');
    expect(message.header('reply-to')).toBe('office@example.org');
    expect(message.header('subject')).toBe('You passed');
    expect(message.header('message-id')).toBe(`<${id}@example.org>`);
    expect(message.header('auto-submitted')).toBe('auto-generated');
    expect(message.bodies.get('text/plain')?.trim()).toBe('Well done');
    expect(message.bodies.get('text/html')?.trim()).toBe('<p>Well done</p>');
    expect(await it.events()).toEqual([
      {
        action: 'email.sent',
        profile_id: it.profileId,
        source: 'workflow',
        params: {
          name: 'Congratulation',
          subject: 'You passed',
          to: 'ada@example.org',
          messageId: `<${id}@example.org>`,
          ...ids,
        },
      },
    ]);
  });

  it('keeps the sender that a mail names', async () => {
    await using server = await smtpReceiver();
    await using it = await mailSystem();
    it.worker(server.url);
    const id = await it.send({ from: { address: 'office@academy.example', name: 'Academy' } });
    expect(await it.until(id, 'sent')).toMatchObject({ message_id: `<${id}@academy.example>` });
    expect(server.mails[0]?.from).toBe('office@academy.example');
    expect(readMessage(server.mails[0]!.raw).header('from')).toBe('Academy <office@academy.example>');
  });

  it('tries again what the server does not take now', async () => {
    const refusals: (Refusal | undefined)[] = [
      { code: 451, text: 'greylisted' },
      { code: 421, text: 'too busy' },
    ];
    await using server = await smtpReceiver({ message: () => refusals.shift() });
    await using it = await mailSystem();
    it.worker(server.url, { delays: [1_500, 300, 300, 300, 300] });
    const id = await it.send();
    await vi.waitFor(
      async () =>
        expect(await it.row(id)).toMatchObject({
          state: 'queued',
          attempts: 1,
          last_error: expect.stringContaining('451 greylisted'),
          next_attempt_at: expect.any(Date),
        }),
      WAIT_MS,
    );
    expect(await it.events()).toEqual([]);
    expect(await it.until(id, 'sent')).toMatchObject({
      attempts: 3,
      last_error: null,
      next_attempt_at: null,
    });
    expect(server.mails).toHaveLength(1);
    expect(await it.events()).toMatchObject([{ action: 'email.sent' }]);
  });

  it.each([
    ['a recipient', { recipient: () => ({ code: 550, text: 'no such user' }) }],
    ['a message', { message: () => ({ code: 554, text: 'no such user' }) }],
  ])('does not try %s again that the server will never take', async (_what, options) => {
    await using server = await smtpReceiver(options);
    await using it = await mailSystem();
    it.worker(server.url);
    const id = await it.send();
    expect(await it.until(id, 'failed')).toMatchObject({ attempts: 1, sent_at: null });
    expect(await it.events()).toMatchObject([
      {
        action: 'email.failed',
        params: { to: 'ada@example.org', error: expect.stringContaining('no such user') },
      },
    ]);
  });

  it('gives a mail up after its last attempt', async () => {
    await using server = await smtpReceiver({ recipient: () => ({ code: 450, text: 'mailbox full' }) });
    await using it = await mailSystem();
    it.worker(server.url, { delays: [1, 1, 1, 1, 1] });
    const id = await it.send();
    expect(await it.until(id, 'failed')).toMatchObject({
      attempts: MAX_ATTEMPTS,
      last_error: expect.stringMatching(/^given up after 6 attempts: .*450 mailbox full/),
    });
    expect(await it.events()).toMatchObject([{ action: 'email.failed' }]);
  });

  it('sends when a server that was away is back', async () => {
    const { port, url } = await closedPort();
    await using it = await mailSystem();
    it.worker(url, { delays: [1_000, 1_000, 1_000, 1_000, 1_000] });
    const id = await it.send();
    await vi.waitFor(
      async () =>
        expect(await it.row(id)).toMatchObject({ last_error: expect.stringContaining('ECONNREFUSED') }),
      WAIT_MS,
    );
    await using server = await smtpReceiver({ port });
    expect((await it.until(id, 'sent')).attempts).toBeGreaterThan(1);
    expect(server.mails).toHaveLength(1);
  });

  it('sends a mail again whose sender died before it was written down, with the same Message-ID', async () => {
    await using server = await smtpReceiver();
    await using it = await mailSystem();
    // Its job is not finished and its lease not extended, as where the process is killed here.
    it.worker(server.url, { queue: failingToFinish(it.queue, 1, new Error('killed')) });
    const id = await it.send();
    await vi.waitFor(() => expect(server.mails).toHaveLength(1), WAIT_MS);
    expect(await it.row(id)).toMatchObject({ state: 'sending', attempts: 1 });
    expect(await it.until(id, 'sent')).toMatchObject({ attempts: 2 });
    expect(server.mails.map(({ raw }) => readMessage(raw).header('message-id'))).toEqual([
      `<${id}@example.org>`,
      `<${id}@example.org>`,
    ]);
    expect(await it.events()).toMatchObject([{ action: 'email.sent' }]);
  });

  it('keeps what came of a mail while the database is away, and does not send it again', async () => {
    await using server = await smtpReceiver();
    await using it = await mailSystem();
    const away = Object.assign(new Error('terminating connection'), { code: '57P01' });
    it.worker(server.url, { queue: failingToFinish(it.queue, 2, away) });
    const id = await it.send();
    expect(await it.until(id, 'sent')).toMatchObject({ attempts: 1 });
    expect(server.mails).toHaveLength(1);
  });

  it('gives a mail up that was begun too often without a result, and does not send it', async () => {
    await using server = await smtpReceiver();
    await using it = await mailSystem();
    const id = await it.send();
    // As a worker leaves it that has claimed its job and died in each attempt.
    const [job] = await it.queue.claim(1);
    await inTransaction(it.db, async (tx) => {
      await tx
        .updateTable('mail')
        .set({ state: 'sending', attempts: MAX_ATTEMPTS })
        .where('id', '=', id)
        .execute();
      await it.queue.finish(tx, [job!]);
      await it.queue.enqueue(tx, [{ id: newId(), data: { ...job!.data, attempts: MAX_ATTEMPTS } }]);
    });
    it.worker(server.url);
    expect(await it.until(id, 'failed')).toMatchObject({
      attempts: MAX_ATTEMPTS,
      last_error: expect.stringContaining('is not known'),
    });
    expect(server.mails).toEqual([]);
  });

  it('does not begin an attempt for a job that another worker has taken over', async () => {
    await using server = await smtpReceiver();
    await using it = await mailSystem();
    const id = await it.send();
    const [job] = await it.queue.claim(1);
    // The other worker has begun the attempt of its own claim.
    await it.db.updateTable('mail').set({ state: 'sending', attempts: 1 }).where('id', '=', id).execute();
    let claims = 0;
    const late = it.worker(server.url, {
      queue: {
        ...failingToFinish(it.queue, 0, new Error()),
        claim: async () => (claims++ === 0 ? [job!] : []),
      },
    });
    await vi.waitFor(() => expect(claims).toBe(2), WAIT_MS);
    await late.stop();
    expect(server.mails).toEqual([]);
    expect(await it.row(id)).toMatchObject({ state: 'sending', attempts: 1 });
  });

  it('shares mails with other workers, each sent once', async () => {
    await using server = await smtpReceiver();
    await using it = await mailSystem();
    const ids = await Promise.all(Array.from({ length: 60 }, async () => await it.send()));
    const queue = await it.engine();
    // A connection each, so that neither can be done before the other has begun.
    it.worker(`${server.url}?name=a.example.org&maxConnections=1`);
    it.worker(`${server.url}?name=b.example.org&maxConnections=1`, { queue });
    await vi.waitFor(async () => expect(await it.events()).toHaveLength(60), 25_000);
    expect(server.mails).toHaveLength(60);
    expect(new Set(server.mails.map(({ raw }) => readMessage(raw).header('message-id')))).toEqual(
      new Set(ids.map((id) => `<${id}@example.org>`)),
    );
    expect(new Set(server.mails.map(({ client }) => client))).toEqual(
      new Set(['a.example.org', 'b.example.org']),
    );
  });

  it('holds mails back where there is no server, and later sends those that a person releases', async () => {
    await using server = await smtpReceiver();
    await using it = await mailSystem();
    const without = it.worker(undefined);
    const [kept, released] = [await it.send(), await it.send()];
    await it.until(kept, 'held');
    expect(await it.until(released, 'held')).toMatchObject({
      attempts: 0,
      last_error: 'SMTP_URL was not set',
    });
    await without.stop();
    it.worker(server.url);
    await inTransaction(it.db, async (tx) => await releaseMail(tx, it.queue, it.workspaceId, released));
    await it.until(released, 'sent');
    await it.until(await it.send(), 'sent');
    expect(await it.row(kept)).toMatchObject({ state: 'held', attempts: 0 });
    expect(server.mails).toHaveLength(2);
  });

  it('tries a failed mail again when a person asks, as often as a new one', async () => {
    const codes = [550, 450, 450, 450, 450, 450];
    await using server = await smtpReceiver({
      recipient: () => {
        const code = codes.shift();
        return code === undefined ? undefined : { code, text: 'no' };
      },
    });
    await using it = await mailSystem();
    it.worker(server.url, { delays: [1, 1, 1, 1, 1] });
    const id = await it.send();
    await it.until(id, 'failed');
    const release = async () =>
      await inTransaction(it.db, async (tx) => await releaseMail(tx, it.queue, it.workspaceId, id));
    expect(await release()).toEqual({ kind: 'released' });
    expect(await it.until(id, 'sent')).toMatchObject({ attempts: 7 });
    expect(await release()).toEqual({ kind: 'not-waiting', state: 'sent' });
    expect(server.mails).toHaveLength(1);
  });

  it('writes down what is on its way before it stops', async () => {
    await using server = await smtpReceiver();
    await using it = await mailSystem();
    const ids = await Promise.all(Array.from({ length: 20 }, async () => await it.send()));
    const worker = it.worker(server.url);
    await vi.waitFor(() => expect(server.mails.length).toBeGreaterThan(0), WAIT_MS);
    await worker.stop();
    const rows = await Promise.all(ids.map(async (id) => await it.row(id)));
    expect(rows.filter(({ state }) => state === 'sending')).toEqual([]);
    expect(rows.filter(({ state }) => state === 'sent')).toHaveLength(server.mails.length);
  });
});

async function closedPort(): Promise<{ port: number; url: string }> {
  await using server = await smtpReceiver();
  return { port: server.port, url: server.url };
}
