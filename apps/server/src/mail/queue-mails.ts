import type { Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import { mailProblem } from './check-mail.ts';
import type { NewMail } from './check-mail.ts';
import type { MailQueue } from './mail-job.ts';
import { insertMails, mailKey } from './mail-store.ts';
import { MAX_ATTEMPTS } from './retry-delay.ts';

export type QueueOutcome =
  /** It is stored with its job, once the caller's transaction commits. */
  | { readonly kind: 'queued'; readonly id: string }
  /** A mail with this id was stored before; this one changed nothing. */
  | { readonly kind: 'known'; readonly id: string }
  /** It can never be sent, and nothing of it is stored. The reason begins with the field. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Stores mails and their jobs as part of the caller's transaction; answers one outcome a mail, in order. */
export async function queueMails(
  tx: Tx,
  queue: MailQueue,
  mails: readonly NewMail[],
): Promise<QueueOutcome[]> {
  const checked = mails.map((mail) => ({
    mail: { ...mail, id: mail.id ?? newId() },
    problem: mailProblem(mail),
  }));
  const fit = checked.flatMap(({ mail, problem }) => (problem === undefined ? [mail] : []));
  const inserted = await insertMails(tx, fit);
  await queue.enqueue(
    tx,
    [...new Map(fit.map((mail) => [mailKey(mail), mail]))].flatMap(([key, { workspaceId, profileId, id }]) =>
      inserted.has(key)
        ? [{ id: newId(), data: { workspaceId, profileId, mailId: id, attempts: 0, limit: MAX_ATTEMPTS } }]
        : [],
    ),
  );
  return checked.map(({ mail, problem }): QueueOutcome => {
    if (problem !== undefined) return { kind: 'refused', reason: problem };
    // Of two with one id in one call, the first is the one that was stored.
    return { kind: inserted.delete(mailKey(mail)) ? 'queued' : 'known', id: mail.id };
  });
}
