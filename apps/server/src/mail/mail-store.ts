import { sql } from 'kysely';

import type { Queryable, Tx } from '../platform/db/database.ts';
import type { Mailbox } from '../platform/mailbox.ts';
import type { NewMail } from './check-mail.ts';
import type { HeldMail } from './mail-job.ts';

/** A claimed mail. */
export interface LoadedMail {
  readonly job: HeldMail;
  readonly workflowId: string | null;
  readonly runId: string | null;
  readonly stepId: string | null;
  readonly name: string | null;
  readonly from: Mailbox | undefined;
  readonly to: Mailbox;
  readonly replyTo: string | null;
  readonly subject: string;
  readonly html: string | null;
  readonly text: string | null;
  /** Set with the first attempt. */
  readonly messageId: string | null;
  /** How many attempts were begun. */
  readonly attempts: number;
}

/** A mail whose attempt is about to begin: its sender and its Message-ID are settled. */
export interface AddressedMail extends LoadedMail {
  readonly from: Mailbox;
  readonly messageId: string;
}

export type IdentifiedMail = NewMail & { readonly id: string };

/** What tells one mail from all others. */
export function mailKey(mail: { workspaceId: string; profileId: string; id: string }): string {
  return `${mail.workspaceId} ${mail.profileId} ${mail.id}`;
}

/** Stores mails that are not stored yet, as queued; answers the keys of those. */
export async function insertMails(tx: Tx, mails: readonly IdentifiedMail[]): Promise<Set<string>> {
  if (mails.length === 0) return new Set();
  const sorted = mails.toSorted((a, b) => (mailKey(a) < mailKey(b) ? -1 : 1));
  const { rows } = await sql<{ workspaceId: string; profileId: string; id: string }>`
    insert into mail (workspace_id, profile_id, id, workflow_id, run_id, step_id, name, from_address, from_name,
      to_address, to_name, reply_to, subject, html, text, created_at, state)
    select *, 'queued' from unnest(
      ${sorted.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${sorted.map(({ profileId }) => profileId)}::uuid[],
      ${sorted.map(({ id }) => id)}::uuid[],
      ${sorted.map(({ workflowId }) => workflowId ?? null)}::uuid[],
      ${sorted.map(({ runId }) => runId ?? null)}::uuid[],
      ${sorted.map(({ stepId }) => stepId ?? null)}::uuid[],
      ${sorted.map(({ name }) => name ?? null)}::text[],
      ${sorted.map(({ from }) => from?.address ?? null)}::text[],
      ${sorted.map(({ from }) => from?.name ?? null)}::text[],
      ${sorted.map(({ to }) => to.address)}::text[],
      ${sorted.map(({ to }) => to.name ?? null)}::text[],
      ${sorted.map(({ replyTo }) => replyTo ?? null)}::text[],
      ${sorted.map(({ subject }) => subject)}::text[],
      ${sorted.map(({ html }) => html ?? null)}::text[],
      ${sorted.map(({ text }) => text ?? null)}::text[],
      ${sorted.map(({ createdAt }) => createdAt.toISOString())}::timestamptz[])
    on conflict do nothing
    returning workspace_id as "workspaceId", profile_id as "profileId", id`.execute(tx);
  return new Set(rows.map(mailKey));
}

interface MailRow {
  workspace_id: string;
  profile_id: string;
  id: string;
  workflow_id: string | null;
  run_id: string | null;
  step_id: string | null;
  name: string | null;
  from_address: string | null;
  from_name: string | null;
  to_address: string;
  to_name: string | null;
  reply_to: string | null;
  subject: string;
  html: string | null;
  text: string | null;
  message_id: string | null;
  attempts: number;
}

/**
 * Loads the mails of claimed jobs. Left out are those that are settled, and those of which another process has begun an
 * attempt that this job does not account for: a claim that was lost begins at most one.
 */
export async function loadMails(db: Queryable, jobs: readonly HeldMail[]): Promise<LoadedMail[]> {
  const { rows } = await sql<MailRow>`
    select m.workspace_id, m.profile_id, m.id, m.workflow_id, m.run_id, m.step_id, m.name, m.from_address,
      m.from_name, m.to_address, m.to_name, m.reply_to, m.subject, m.html, m.text, m.message_id, m.attempts
    from unnest(
      ${jobs.map(({ data }) => data.workspaceId)}::uuid[],
      ${jobs.map(({ data }) => data.profileId)}::uuid[],
      ${jobs.map(({ data }) => data.mailId)}::uuid[],
      ${jobs.map(({ data, attempt }) => data.attempts + attempt)}::integer[])
      as j(workspace_id, profile_id, id, attempts)
    join mail m on m.workspace_id = j.workspace_id and m.profile_id = j.profile_id and m.id = j.id
    where m.state in ('queued', 'sending') and m.attempts <= j.attempts`.execute(db);
  const byKey = new Map(
    rows.map((row) => [
      mailKey({ workspaceId: row.workspace_id, profileId: row.profile_id, id: row.id }),
      row,
    ]),
  );
  return jobs.flatMap((job) => {
    const row = byKey.get(mailKey({ ...job.data, id: job.data.mailId }));
    return row === undefined ? [] : [loadedMail(job, row)];
  });
}

function loadedMail(job: HeldMail, row: MailRow): LoadedMail {
  const { name, subject, html, text, attempts } = row;
  return {
    job,
    workflowId: row.workflow_id,
    runId: row.run_id,
    stepId: row.step_id,
    from: row.from_address === null ? undefined : mailbox(row.from_address, row.from_name),
    to: mailbox(row.to_address, row.to_name),
    replyTo: row.reply_to,
    messageId: row.message_id,
    name,
    subject,
    html,
    text,
    attempts,
  };
}

export function mailbox(address: string, name: string | null): Mailbox {
  return name === null ? { address } : { address, name };
}
