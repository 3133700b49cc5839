import { mailSummarySchema } from '@laurel/contract';
import type { mailSchema } from '@laurel/contract';
import type { z } from 'zod';

import type { Queryable } from '../platform/db/database.ts';
import { mailbox } from './mail-store.ts';

export type MailView = z.input<typeof mailSchema>;
export type MailSummary = z.input<typeof mailSummarySchema>;
export type MailState = MailSummary['state'];

interface SummaryRow {
  id: string;
  profile_id: string;
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
  message_id: string | null;
  state: string;
  attempts: number;
  next_attempt_at: Date | null;
  last_error: string | null;
  created_at: Date;
  sent_at: Date | null;
}

const SUMMARY_COLUMNS = [
  'id',
  'profile_id',
  'workflow_id',
  'run_id',
  'step_id',
  'name',
  'from_address',
  'from_name',
  'to_address',
  'to_name',
  'reply_to',
  'subject',
  'message_id',
  'state',
  'attempts',
  'next_attempt_at',
  'last_error',
  'created_at',
  'sent_at',
] as const;

/** The mails of a workspace without their bodies, newest first; `before` is the id of one: those made before it. */
export async function listMails(
  db: Queryable,
  query: {
    readonly workspaceId: string;
    readonly state?: MailState | undefined;
    readonly before?: string | undefined;
    readonly limit: number;
  },
): Promise<MailSummary[]> {
  let select = db.selectFrom('mail').select(SUMMARY_COLUMNS).where('workspace_id', '=', query.workspaceId);
  if (query.state !== undefined) select = select.where('state', '=', query.state);
  if (query.before !== undefined) select = select.where('id', '<', query.before);
  const rows = await select.orderBy('id', 'desc').limit(query.limit).execute();
  return rows.map(summaryOf);
}

/** A mail with its bodies; undefined where there is none. */
export async function readMail(
  db: Queryable,
  workspaceId: string,
  mailId: string,
): Promise<MailView | undefined> {
  const row = await db
    .selectFrom('mail')
    .select([...SUMMARY_COLUMNS, 'html', 'text'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', mailId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    ...summaryOf(row),
    ...(row.html !== null && { html: row.html }),
    ...(row.text !== null && { text: row.text }),
  };
}

function summaryOf(row: SummaryRow): MailSummary {
  return {
    id: row.id,
    profileId: row.profile_id,
    ...(row.workflow_id !== null && { workflowId: row.workflow_id }),
    ...(row.run_id !== null && { runId: row.run_id }),
    ...(row.step_id !== null && { stepId: row.step_id }),
    ...(row.name !== null && { name: row.name }),
    ...(row.from_address !== null && { from: mailbox(row.from_address, row.from_name) }),
    to: mailbox(row.to_address, row.to_name),
    ...(row.reply_to !== null && { replyTo: row.reply_to }),
    subject: row.subject,
    ...(row.message_id !== null && { messageId: row.message_id }),
    state: mailSummarySchema.shape.state.parse(row.state),
    attempts: row.attempts,
    ...(row.next_attempt_at !== null && { nextAttemptAt: row.next_attempt_at.toISOString() }),
    ...(row.last_error !== null && { lastError: row.last_error }),
    createdAt: row.created_at.toISOString(),
    ...(row.sent_at !== null && { sentAt: row.sent_at.toISOString() }),
  };
}
