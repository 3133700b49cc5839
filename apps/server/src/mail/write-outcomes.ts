import { sql } from 'kysely';

import type { EventLog } from '../events/index.ts';
import type { Tx } from '../platform/db/database.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import type { MailQueue } from './mail-job.ts';
import type { MailOutcome } from './mail-outcome.ts';

type SettledMail = Exclude<MailOutcome, { kind: 'stale' }>;

export interface OutcomeParts {
  readonly platform: Platform;
  readonly queue: MailQueue;
  readonly log: EventLog;
}

/**
 * Writes what became of mails, in one transaction with finishing their jobs: the rows, the events on the profiles, the
 * jobs of further attempts. Answers the outcomes that are not written, since another process has taken their jobs over.
 */
export async function commitOutcomes(
  { platform, queue, log }: OutcomeParts,
  outcomes: readonly MailOutcome[],
): Promise<readonly MailOutcome[]> {
  const { lost, confirm } = await inTransaction(platform.db, async (tx) => {
    const finished = await queue.finish(tx, outcomes.map(jobOf));
    const held = outcomes.filter((outcome) => finished.has(jobOf(outcome).id));
    const [confirm] = await Promise.all([
      log.append(tx, held.flatMap(eventOf)),
      writeOutcomes(
        tx,
        held.filter((outcome) => outcome.kind !== 'stale'),
      ),
      queue.enqueue(tx, held.flatMap(nextJobOf)),
    ]);
    return { lost: outcomes.filter((outcome) => !finished.has(jobOf(outcome).id)), confirm };
  });
  confirm();
  return lost;
}

export function jobOf(outcome: MailOutcome) {
  return outcome.kind === 'stale' ? outcome.job : outcome.mail.job;
}

function nextJobOf(outcome: MailOutcome) {
  if (outcome.kind !== 'deferred') return [];
  const { mail, next } = outcome;
  return [{ id: newId(), data: { ...mail.job.data, attempts: mail.attempts }, startAfter: next }];
}

function eventOf(outcome: MailOutcome) {
  if (outcome.kind !== 'sent' && outcome.kind !== 'failed') return [];
  const { mail, at } = outcome;
  const { workspaceId, profileId } = mail.job.data;
  const params = {
    ...(mail.name !== null && { name: mail.name }),
    subject: mail.subject,
    to: mail.to.address,
    ...(mail.messageId !== null && { messageId: mail.messageId }),
    ...(mail.workflowId !== null && { workflowId: mail.workflowId }),
    ...(mail.runId !== null && { runId: mail.runId }),
    ...(mail.stepId !== null && { stepId: mail.stepId }),
    ...(outcome.kind === 'failed' && { error: outcome.error }),
  };
  const action = outcome.kind === 'sent' ? 'email.sent' : 'email.failed';
  return [
    {
      workspaceId,
      profileId,
      id: newId(),
      action,
      time: at,
      receivedAt: at,
      params,
      source: 'workflow' as const,
    },
  ];
}

async function writeOutcomes(tx: Tx, outcomes: readonly SettledMail[]): Promise<void> {
  if (outcomes.length === 0) return;
  const rows = outcomes
    .map((outcome) => ({ ...outcome.mail.job.data, ...columnsOf(outcome) }))
    .toSorted((a, b) => (a.mailId < b.mailId ? -1 : 1));
  await sql`
    update mail m set state = t.state, last_error = t.last_error, sent_at = t.sent_at,
      next_attempt_at = t.next_attempt_at
    from unnest(
      ${rows.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${rows.map(({ profileId }) => profileId)}::uuid[],
      ${rows.map(({ mailId }) => mailId)}::uuid[],
      ${rows.map(({ state }) => state)}::text[],
      ${rows.map(({ lastError }) => lastError ?? null)}::text[],
      ${rows.map(({ sentAt }) => sentAt?.toISOString() ?? null)}::timestamptz[],
      ${rows.map(({ nextAttemptAt }) => nextAttemptAt?.toISOString() ?? null)}::timestamptz[])
      as t(workspace_id, profile_id, id, state, last_error, sent_at, next_attempt_at)
    where m.workspace_id = t.workspace_id and m.profile_id = t.profile_id and m.id = t.id`.execute(tx);
}

interface OutcomeColumns {
  readonly state: string;
  readonly lastError?: string;
  readonly sentAt?: Date;
  readonly nextAttemptAt?: Date;
}

function columnsOf(outcome: SettledMail): OutcomeColumns {
  switch (outcome.kind) {
    case 'sent':
      return { state: 'sent', sentAt: outcome.at };
    case 'failed':
      return { state: 'failed', lastError: outcome.error };
    case 'held':
      return { state: 'held', lastError: 'SMTP_URL was not set' };
    case 'deferred':
      return { state: 'queued', lastError: outcome.error, nextAttemptAt: outcome.next };
  }
}
