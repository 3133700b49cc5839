import { settleStep } from '@laurel/workflow';
import { sql } from 'kysely';

import type { EventLog } from '../events/index.ts';
import type { Tx } from '../platform/db/database.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { isDatabaseAway } from '../platform/http/failure.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { recordChanges } from './record-changes.ts';
import type { RecordedChange } from './record-changes.ts';
import type { AttemptResult, Settlement } from './settlement.ts';
import type { StepJob, StepQueue } from './step-job.ts';

export interface SettlementParts {
  readonly platform: Platform;
  readonly queue: StepQueue;
  readonly log: EventLog;
  /** Called after a commit where there are further steps to work on. */
  readonly onEnqueued: () => void;
}

/** Ends a transaction that wrote results whose leases turned out to be lost: nothing of it may stay. */
class LeasesLost extends Error {}

/**
 * Writes what became of steps, in one transaction with finishing their jobs, and answers the settlements that are not
 * written since their job is no longer held: another process has taken it over, and what happened here is found by its
 * look-up.
 */
export async function commitSettlements(
  parts: SettlementParts,
  settlements: readonly Settlement[],
): Promise<readonly Settlement[]> {
  const { platform } = parts;
  const commit = async (write: (tx: Tx) => Promise<Written>): Promise<readonly Settlement[]> => {
    const { lost, confirm } = await inTransaction(platform.db, async (tx) => {
      const written = await write(tx);
      platform.checkpoint('step: before its result is committed');
      return written;
    });
    platform.checkpoint('step: after its result is committed');
    confirm();
    return lost;
  };
  try {
    return await commit(async (tx) => await writeTogether(tx, parts, settlements));
  } catch (error) {
    // A lost lease shows as such, or as a row that its present holder has written: then it is looked at first.
    if (isDatabaseAway(error)) throw error;
    return await commit(async (tx) => await writeHeld(tx, parts, settlements));
  }
}

interface Written {
  readonly lost: readonly Settlement[];
  /** To be called after the commit. */
  readonly confirm: () => void;
}

/** Everything in one go, before it is known whether the leases hold: they nearly always do, and it saves round trips. */
async function writeTogether(
  tx: Tx,
  parts: SettlementParts,
  settlements: readonly Settlement[],
): Promise<Written> {
  const [held, confirm] = await Promise.all([
    parts.queue.finish(
      tx,
      settlements.map(({ job }) => job),
    ),
    writeResults(tx, parts, settlements),
  ]);
  if (settlements.some(({ job }) => !held.has(job.id))) throw new LeasesLost('a lease is lost');
  return { lost: [], confirm };
}

async function writeHeld(
  tx: Tx,
  parts: SettlementParts,
  settlements: readonly Settlement[],
): Promise<Written> {
  const held = await parts.queue.finish(
    tx,
    settlements.map(({ job }) => job),
  );
  const confirm = await writeResults(
    tx,
    parts,
    settlements.filter(({ job }) => held.has(job.id)),
  );
  return { lost: settlements.filter(({ job }) => !held.has(job.id)), confirm };
}

async function writeResults(
  tx: Tx,
  { queue, log, onEnqueued }: SettlementParts,
  settlements: readonly Settlement[],
): Promise<() => void> {
  const settled = settlements.filter((settlement) => settlement.kind === 'settled');
  const deferred = settlements.filter((settlement) => settlement.kind === 'deferred');
  const changes = settled.map(({ job, step, at, result }): RecordedChange => ({
    ...job.data,
    workflowId: step.workflowId,
    version: step.version,
    at,
    change: settleStep(step.definition, step.node.id, result),
    cause: { kind: 'step', stepId: job.data.stepId },
  }));
  const [confirm, , , enqueued] = await Promise.all([
    log.append(
      tx,
      settled.flatMap(({ event }) => event ?? []),
    ),
    writeAttempts(tx, [...settled, ...deferred]),
    deferSteps(tx, queue, deferred),
    recordChanges(tx, queue, changes),
    writeIssuances(tx, settled),
  ]);
  return () => {
    confirm();
    if (enqueued > 0) onEnqueued();
  };
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
  await Promise.all([
    ...deferred.map(
      async ({ next, reason }) =>
        await tx
          .updateTable('run_step')
          .set({ state: 'checking', reason })
          .where('workspace_id', '=', next.workspaceId)
          .where('profile_id', '=', next.profileId)
          .where('run_id', '=', next.runId)
          .where('id', '=', next.stepId)
          .execute(),
    ),
    queue.enqueue(
      tx,
      deferred.map(({ next, startAfter }) => ({ id: newId(), data: next, startAfter })),
    ),
  ]);
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
