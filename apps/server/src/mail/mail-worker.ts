import { setTimeout as delay } from 'node:timers/promises';

import { isDatabaseAway } from '../platform/http/failure.ts';
import { LEASE_SECONDS } from '../platform/jobs/job-queue.ts';
import type { Mailbox } from '../platform/mailbox.ts';
import { Signal } from '../platform/signal.ts';
import type { HeldMail } from './mail-job.ts';
import { outcomeOf } from './mail-outcome.ts';
import type { MailOutcome } from './mail-outcome.ts';
import { loadMails } from './mail-store.ts';
import type { AddressedMail, LoadedMail } from './mail-store.ts';
import { openSmtp } from './smtp-transport.ts';
import type { SmtpTransport } from './smtp-transport.ts';
import { writeIntents } from './write-intents.ts';
import { commitOutcomes, jobOf } from './write-outcomes.ts';
import type { OutcomeParts } from './write-outcomes.ts';

/** Mails that are held back at once where there is no server. */
const HOLD_BATCH = 200;
/** How long the queue is left alone when it was empty, unless something was enqueued by this process. */
const POLL_MS = 1_000;
const HEARTBEAT_MS = (LEASE_SECONDS * 1_000) / 3;
const RETRY_MS = 500;
/** How long mails that are on their way when the worker stops may take, before their connections are cut. */
const STOP_MS = 20_000;

export interface MailWorkerParts extends OutcomeParts {
  /** The server, with the sender of mails that name none. Undefined: mails are held. */
  readonly smtp: { readonly url: string; readonly from: Mailbox } | undefined;
  /** Milliseconds before each further attempt, as many as by default: see retry-delay.ts. */
  readonly delays?: readonly number[];
}

/**
 * Sends mails: claims jobs, writes down that an attempt begins, hands the mail to the SMTP server, and writes down what
 * came of it. It claims no more than it has connections, so that no mail waits here for one.
 */
export class MailWorker {
  readonly #parts: MailWorkerParts;
  readonly #held = new Map<string, HeldMail>();
  /** Something was enqueued. */
  readonly #due = new Signal();
  /** A mail is done with. */
  readonly #free = new Signal();
  #stopping = false;
  #transport: SmtpTransport | undefined;
  #loop: Promise<void> | undefined;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(parts: MailWorkerParts) {
    this.#parts = parts;
  }

  start(): void {
    const { smtp } = this.#parts;
    this.#transport = smtp === undefined ? undefined : openSmtp(smtp.url);
    this.#loop = this.#run();
    this.#heartbeat = setInterval(() => void this.#beat(), HEARTBEAT_MS);
  }

  /** Tells that there may be mails to send now. */
  wake(): void {
    this.#due.raise();
  }

  /** Takes no more work, and resolves when what is in hand is written down. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#due.raise();
    this.#free.raise();
    await this.#loop;
    const cut = setTimeout(() => this.#transport?.close(), STOP_MS);
    while (this.#held.size > 0) await this.#free.wait(RETRY_MS);
    clearTimeout(cut);
    this.#transport?.close();
    clearInterval(this.#heartbeat);
  }

  async #run(): Promise<void> {
    const { platform, queue } = this.#parts;
    const most = this.#transport?.connections ?? HOLD_BATCH;
    while (!this.#stopping) {
      const room = most - this.#held.size;
      if (room === 0) {
        await this.#free.wait(POLL_MS);
        continue;
      }
      try {
        const jobs = await queue.claim(room);
        for (const job of jobs) this.#held.set(job.id, job);
        if (jobs.length > 0) void this.#work(jobs);
        // The queue had no more than these: there is nothing to claim until something is enqueued.
        if (jobs.length < room) await this.#due.wait(POLL_MS);
      } catch (error) {
        platform.log.error({ err: error }, 'mails cannot be claimed; trying again');
        await delay(RETRY_MS);
      }
    }
  }

  /** Never rejects: what goes wrong is logged, and the jobs come back after their lease. */
  async #work(jobs: readonly HeldMail[]): Promise<void> {
    try {
      const mails = await loadMails(this.#parts.platform.db, jobs);
      const loaded = new Set(mails.map(({ job }) => job.id));
      const settled: MailOutcome[] = jobs.flatMap((job) =>
        loaded.has(job.id) ? [] : [{ kind: 'stale', job }],
      );
      const due: AddressedMail[] = [];
      for (const mail of mails) {
        const next = this.#next(mail);
        if (next.kind === 'due') due.push(next.mail);
        else settled.push(next);
      }
      await Promise.all([this.#settle(settled), this.#send(due)]);
    } catch (error) {
      this.#parts.platform.log.error(
        { err: error, mails: jobs.map(({ data }) => data) },
        'mails could not be worked on; they are taken up again after their lease',
      );
      this.#release(jobs);
    }
  }

  #next(mail: LoadedMail): MailOutcome | { readonly kind: 'due'; readonly mail: AddressedMail } {
    const { platform, smtp } = this.#parts;
    if (smtp === undefined) return { kind: 'held', mail };
    // Each attempt ended without a result: sending it kills the process, or the database is away each time.
    if (mail.attempts >= mail.job.data.limit) {
      const error = `given up after ${mail.attempts} attempts: whether the server took the last is not known`;
      return { kind: 'failed', mail, at: platform.clock.now(), error };
    }
    const from = mail.from ?? smtp.from;
    // Stable over attempts, so that the second copy of a mail can be told as such.
    const messageId = mail.messageId ?? `<${mail.job.data.mailId}@${from.address.replace(/^.*@/, '')}>`;
    return { kind: 'due', mail: { ...mail, from, messageId } };
  }

  async #send(due: readonly AddressedMail[]): Promise<void> {
    const transport = this.#transport;
    if (transport === undefined || due.length === 0) return;
    const { platform, delays } = this.#parts;
    const begun = await writeIntents(platform.db, due);
    const allowed = new Set(begun.map(({ job }) => job.id));
    this.#release(due.flatMap(({ job }) => (allowed.has(job.id) ? [] : [job])));
    await Promise.all(
      begun.map(async (mail) => {
        const delivery = await transport.send(mail, platform.clock.now());
        await this.#settle([outcomeOf(mail, delivery, platform.clock.now(), delays)]);
      }),
    );
  }

  /** What came of a mail is known only here: it is kept until the database takes it, or the lease is another's. */
  async #settle(outcomes: readonly MailOutcome[]): Promise<void> {
    if (outcomes.length === 0) return;
    for (;;) {
      try {
        const lost = await commitOutcomes(this.#parts, outcomes);
        for (const outcome of lost)
          this.#log(outcome, 'a mail was taken over by another worker before its result was written');
        break;
      } catch (error) {
        if (!isDatabaseAway(error)) {
          for (const outcome of outcomes)
            this.#log(
              outcome,
              'the result of a mail cannot be written; it is sent again after its lease',
              error,
            );
          break;
        }
        await delay(RETRY_MS);
      }
    }
    this.#release(outcomes.map(jobOf));
  }

  #release(jobs: readonly HeldMail[]): void {
    for (const job of jobs) {
      // One whose lease has passed may have been claimed here again: that claim is still in hand.
      if (this.#held.get(job.id) === job) this.#held.delete(job.id);
    }
    this.#free.raise();
  }

  async #beat(): Promise<void> {
    try {
      await this.#parts.queue.heartbeat([...this.#held.values()]);
    } catch (error) {
      this.#parts.platform.log.error(
        { err: error },
        'the leases of mails could not be extended; trying again',
      );
    }
  }

  #log(outcome: MailOutcome, message: string, error?: unknown): void {
    const { workflowId, runId, stepId } =
      outcome.kind === 'stale' ? { workflowId: null, runId: null, stepId: null } : outcome.mail;
    this.#parts.platform.log.error(
      { ...jobOf(outcome).data, workflowId, runId, stepId, err: error },
      message,
    );
  }
}
