import type { mailEndpoints } from '@laurel/contract';

import { holderOf } from '../access/index.ts';
import { listMails, readMail, releaseMail } from '../mail/index.ts';
import type { MailQueue } from '../mail/index.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { ok, problem } from '../platform/http/mount.ts';
import type { Handlers } from '../platform/http/mount.ts';
import type { Platform } from '../platform/platform.ts';

/** What sending needs beside the platform. */
export interface Outbox {
  readonly queue: MailQueue;
  /** Whether there is a server to send by. */
  readonly canSend: boolean;
  /** Called when a mail was queued. */
  readonly wake: () => void;
}

const NO_MAIL = problem({ status: 404, code: 'mail-not-found', title: 'There is no mail with this id.' });

export function mailHandlers({ db }: Platform, outbox: Outbox): Handlers<typeof mailEndpoints> {
  return {
    'GET /api/mail': async ({ query }, request) =>
      ok({ mails: await listMails(db, { workspaceId: holderOf(request).workspaceId, ...query }) }),
    'GET /api/mail/:mailId': async ({ params }, request) => {
      const mail = await readMail(db, holderOf(request).workspaceId, params.mailId);
      return mail === undefined ? NO_MAIL : ok(mail);
    },
    'POST /api/mail/:mailId/send': async ({ params }, request) => {
      const { workspaceId } = holderOf(request);
      if (!outbox.canSend) {
        return problem({
          status: 409,
          code: 'smtp-not-set',
          title: 'SMTP_URL is not set, so that no mail can be sent.',
        });
      }
      const outcome = await inTransaction(
        db,
        async (tx) => await releaseMail(tx, outbox.queue, workspaceId, params.mailId),
      );
      switch (outcome.kind) {
        case 'missing':
          return NO_MAIL;
        case 'not-waiting':
          return problem({
            status: 409,
            code: 'mail-not-waiting',
            title: `The mail is ${outcome.state}: only one that is held or failed can be sent.`,
          });
        case 'released': {
          outbox.wake();
          const mail = await readMail(db, workspaceId, params.mailId);
          return mail === undefined ? NO_MAIL : ok(mail);
        }
      }
    },
  };
}
