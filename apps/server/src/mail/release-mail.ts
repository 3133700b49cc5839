import type { Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import type { MailQueue } from './mail-job.ts';
import { MAX_ATTEMPTS } from './retry-delay.ts';

export type ReleaseOutcome =
  /** It is queued, once the caller's transaction commits. */
  | { readonly kind: 'released' }
  | { readonly kind: 'missing' }
  /** It is on its way, or was sent. */
  | { readonly kind: 'not-waiting'; readonly state: string };

/** Queues a mail that was held back or has failed, with its attempts anew and the Message-ID that it had. */
export async function releaseMail(
  tx: Tx,
  queue: MailQueue,
  workspaceId: string,
  mailId: string,
): Promise<ReleaseOutcome> {
  // Held by an update that changes nothing: `for update` without the profile is what Citus refuses.
  const mail = await tx
    .updateTable('mail')
    .set((table) => ({ state: table.ref('state') }))
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', mailId)
    .returning(['profile_id', 'state', 'attempts'])
    .executeTakeFirst();
  if (mail === undefined) return { kind: 'missing' };
  if (mail.state !== 'held' && mail.state !== 'failed') return { kind: 'not-waiting', state: mail.state };
  const { profile_id: profileId, attempts } = mail;
  await tx
    .updateTable('mail')
    .set({ state: 'queued', last_error: null })
    .where('workspace_id', '=', workspaceId)
    .where('profile_id', '=', profileId)
    .where('id', '=', mailId)
    .execute();
  const data = { workspaceId, profileId, mailId, attempts, limit: attempts + MAX_ATTEMPTS };
  await queue.enqueue(tx, [{ id: newId(), data }]);
  return { kind: 'released' };
}
