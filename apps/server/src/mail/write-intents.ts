import { sql } from 'kysely';

import type { Queryable } from '../platform/db/database.ts';
import type { AddressedMail } from './mail-store.ts';

/**
 * Writes down that attempts begin, and answers those that may, with their number counted. The count is the fence: of two
 * processes that hold one mail, since the lease of the first has passed, one begins this attempt.
 */
export async function writeIntents(db: Queryable, mails: readonly AddressedMail[]): Promise<AddressedMail[]> {
  if (mails.length === 0) return [];
  const sorted = mails.toSorted((a, b) => (a.job.data.mailId < b.job.data.mailId ? -1 : 1));
  const { rows } = await sql<{ id: string }>`
    update mail m set state = 'sending', attempts = m.attempts + 1, from_address = t.from_address,
      from_name = t.from_name, message_id = t.message_id, next_attempt_at = null
    from unnest(
      ${sorted.map(({ job }) => job.data.workspaceId)}::uuid[],
      ${sorted.map(({ job }) => job.data.profileId)}::uuid[],
      ${sorted.map(({ job }) => job.data.mailId)}::uuid[],
      ${sorted.map(({ attempts }) => attempts)}::integer[],
      ${sorted.map(({ from }) => from.address)}::text[],
      ${sorted.map(({ from }) => from.name ?? null)}::text[],
      ${sorted.map(({ messageId }) => messageId)}::text[])
      as t(workspace_id, profile_id, id, attempts, from_address, from_name, message_id)
    where m.workspace_id = t.workspace_id and m.profile_id = t.profile_id and m.id = t.id
      and m.attempts = t.attempts and m.state in ('queued', 'sending')
    returning m.id`.execute(db);
  const begun = new Set(rows.map(({ id }) => id));
  return sorted
    .filter(({ job }) => begun.has(job.data.mailId))
    .map((mail) => ({ ...mail, attempts: mail.attempts + 1 }));
}
