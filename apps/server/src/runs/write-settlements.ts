import { settleStep } from '@laurel/workflow';
import { sql } from 'kysely';

import type { EventLog } from '../events/index.ts';
import type { Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import { recordChanges } from './record-changes.ts';
import type { AttemptResult, Settlement } from './settlement.ts';
import type { StepJob, StepQueue } from './step-job.ts';

/**
 * Writes what became of steps, in one transaction with finishing their jobs. Settlements whose job is no longer held
 * are left out: another process has taken it over, and what happened here is found by its look-up. The answer is to be
 * called after the commit.
 */
export async function writeSettlements(
  tx: Tx,
  queue: StepQueue,
  log: EventLog,
  settlements: readonly Settlement[],
): Promise<{ readonly lost: readonly Settlement[]; readonly confirm: () => void }> {
  const held = await queue.finish(
    tx,
    settlements.map(({ job }) => job),
  );
  const kept = settlements.filter(({ job }) => held.has(job.id));
  const settled = kept.filter((settlement) => settlement.kind === 'settled');
  const deferred = kept.filter((settlement) => settlement.kind === 'deferred');
  await writeAttempts(tx, [...settled, ...deferred]);
  await deferSteps(tx, queue, deferred);
  await recordChanges(
    tx,
    queue,
    settled.map(({ job, step, at, result }) => ({
      ...job.data,
      workflowId: step.workflowId,
      version: step.version,
      at,
      change: settleStep(step.definition, step.node.id, result),
      cause: { kind: 'step', stepId: job.data.stepId },
    })),
  );
  await writeIssuances(tx, settled);
  const confirm = await log.append(
    tx,
    settled.flatMap(({ event }) => event ?? []),
  );
  return { lost: settlements.filter(({ job }) => !held.has(job.id)), confirm };
}

async function writeAttempts(
  tx: Tx,
  items: readonly { readonly job: { readonly data: StepJob }; readonly attempt: AttemptResult | undefined }[],
): Promise<void> {
  const written = items.flatMap(({ job, attempt }) =>
    attempt === undefined ? [] : [{ ...job.data, attempt }],
  );
  if (written.length === 0) return;
  await sql`
    update attempt a set outcome = t.outcome, status = t.status, response = t.response,
      response_truncated = t.truncated, error = t.error, duration_ms = t.duration_ms
    from unnest(
      ${written.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${written.map(({ profileId }) => profileId)}::uuid[],
      ${written.map(({ runId }) => runId)}::uuid[],
      ${written.map(({ stepId }) => stepId)}::uuid[],
      ${written.map(({ attempt }) => attempt.number)}::integer[],
      ${written.map(({ attempt }) => attempt.outcome)}::text[],
      ${written.map(({ attempt }) => attempt.status ?? null)}::integer[],
      ${written.map(({ attempt }) => attempt.response ?? null)}::text[],
      ${written.map(({ attempt }) => attempt.truncated)}::boolean[],
      ${written.map(({ attempt }) => attempt.error ?? null)}::text[],
      ${written.map(({ attempt }) => attempt.durationMs ?? null)}::double precision[])
      as t(workspace_id, profile_id, run_id, step_id, number, outcome, status, response, truncated, error, duration_ms)
    where a.workspace_id = t.workspace_id and a.profile_id = t.profile_id and a.run_id = t.run_id
      and a.step_id = t.step_id and a.number = t.number`.execute(tx);
}

async function deferSteps(
  tx: Tx,
  queue: StepQueue,
  deferred: readonly Extract<Settlement, { kind: 'deferred' }>[],
): Promise<void> {
  for (const { next, reason } of deferred) {
    await tx
      .updateTable('run_step')
      .set({ state: 'checking', reason })
      .where('workspace_id', '=', next.workspaceId)
      .where('profile_id', '=', next.profileId)
      .where('run_id', '=', next.runId)
      .where('id', '=', next.stepId)
      .execute();
  }
  await queue.enqueue(
    tx,
    deferred.map(({ next, startAfter }) => ({ id: newId(), data: next, startAfter })),
  );
}

async function writeIssuances(
  tx: Tx,
  settled: readonly Extract<Settlement, { kind: 'settled' }>[],
): Promise<void> {
  const rows = settled.flatMap(({ job, step, at, issuance }) =>
    issuance === undefined ? [] : [{ ...job.data, ...issuance, step, at }],
  );
  if (rows.length === 0) return;
  await sql`
    insert into issuance (workspace_id, profile_id, run_id, step_id, workflow_id, event_id, url, recipient_email,
      group_reference, credential_reference, credential_url, issued_at)
    select * from unnest(
      ${rows.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${rows.map(({ profileId }) => profileId)}::uuid[],
      ${rows.map(({ runId }) => runId)}::uuid[],
      ${rows.map(({ stepId }) => stepId)}::uuid[],
      ${rows.map(({ step }) => step.workflowId)}::uuid[],
      ${rows.map(({ step }) => step.event.id)}::uuid[],
      ${rows.map(({ url }) => url)}::text[],
      ${rows.map(({ recipientEmail }) => recipientEmail ?? null)}::text[],
      ${rows.map(({ groupReference }) => groupReference ?? null)}::text[],
      ${rows.map(({ credentialReference }) => credentialReference ?? null)}::text[],
      ${rows.map(({ credentialUrl }) => credentialUrl ?? null)}::text[],
      ${rows.map(({ at }) => at.toISOString())}::timestamptz[])`.execute(tx);
}
