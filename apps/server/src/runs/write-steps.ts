import { sql } from 'kysely';

import {
  booleans,
  doubles,
  instants,
  integers,
  jsons,
  texts,
  uuids,
} from '../platform/db/array-parameters.ts';
import type { Tx } from '../platform/db/database.ts';
import { BY_KEY } from '../platform/db/keep-plans.ts';
import { newId } from '../platform/ids.ts';
import { failPasses } from './issuance-ledger.ts';
import { currentEvent } from './loaded-step.ts';
import type { LoadedStep } from './loaded-step.ts';
import type { AttemptResult, DeferredStep, SettledStep, Settlement } from './settlement.ts';
import type { StepJob, StepQueue } from './step-job.ts';
import { wakeStopped } from './wake-stopped.ts';

/** The columns by which a step is found, of many steps. */
function keyArrays(jobs: readonly StepJob[]) {
  return sql`
    ${uuids(jobs.map(({ workspaceId }) => workspaceId))}::uuid[],
    ${uuids(jobs.map(({ profileId }) => profileId))}::uuid[],
    ${uuids(jobs.map(({ runId }) => runId))}::uuid[],
    ${uuids(jobs.map(({ stepId }) => stepId))}::uuid[]`;
}

/**
 * Which of the steps are still open; they stay so until the end of the transaction. Held by an update that changes
 * nothing: `for update` over rows of several shards is what Citus refuses.
 */
export async function openSteps(tx: Tx, jobs: readonly StepJob[]): Promise<ReadonlySet<string>> {
  if (jobs.length === 0) return new Set();
  const sorted = jobs.toSorted((a, b) => (a.stepId < b.stepId ? -1 : 1));
  const { rows } = await sql<{ id: string }>`
    update run_step s set state = s.state
    from unnest(${keyArrays(sorted)}) as t(workspace_id, profile_id, run_id, id)
    where s.workspace_id = t.workspace_id and s.profile_id = t.profile_id and s.run_id = t.run_id and s.id = t.id
      and s.left_at is null
    returning s.id`.execute(tx);
  return new Set(rows.map(({ id }) => id));
}

export async function writeAttempts(
  tx: Tx,
  items: readonly {
    readonly job: { readonly data: StepJob };
    readonly attempt?: AttemptResult | undefined;
  }[],
): Promise<void> {
  const written = items.flatMap(({ job, attempt }) =>
    attempt === undefined ? [] : [{ ...job.data, attempt }],
  );
  if (written.length === 0) return;
  await sql`
    ${BY_KEY}
    update attempt a set outcome = t.outcome, status = t.status, response = t.response,
      response_truncated = t.truncated, error = t.error, duration_ms = t.duration_ms, timings = t.timings,
      response_headers = t.response_headers
    from unnest(${keyArrays(written)},
      ${integers(written.map(({ attempt }) => attempt.number))}::integer[],
      ${texts(written.map(({ attempt }) => attempt.outcome))}::text[],
      ${integers(written.map(({ attempt }) => attempt.status))}::integer[],
      ${texts(written.map(({ attempt }) => attempt.response))}::text[],
      ${booleans(written.map(({ attempt }) => attempt.truncated))}::boolean[],
      ${texts(written.map(({ attempt }) => attempt.error))}::text[],
      ${doubles(written.map(({ attempt }) => attempt.durationMs))}::double precision[],
      ${jsons(written.map(({ attempt }) => jsonOf(attempt.timings)))}::jsonb[],
      ${jsons(written.map(({ attempt }) => jsonOf(attempt.responseHeaders)))}::jsonb[])
      as t(workspace_id, profile_id, run_id, step_id, number, outcome, status, response, truncated, error, duration_ms,
        timings, response_headers)
    where a.workspace_id = t.workspace_id and a.profile_id = t.profile_id and a.run_id = t.run_id
      and a.step_id = t.step_id and a.number = t.number`.execute(tx);
}

function jsonOf(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

export async function deferSteps(tx: Tx, queue: StepQueue, deferred: readonly DeferredStep[]): Promise<void> {
  if (deferred.length === 0) return;
  const jobs = deferred.map(({ next, startAfter }) => ({ id: newId(), data: next, startAfter }));
  await Promise.all([
    sql`
      update run_step s set state = t.state, reason = t.reason, due_at = t.due_at, job_id = t.job_id
      from unnest(${keyArrays(deferred.map(({ next }) => next))},
        ${texts(deferred.map(({ state }) => state))}::text[],
        ${texts(deferred.map(({ reason }) => reason))}::text[],
        ${instants(deferred.map(({ startAfter }) => startAfter))}::timestamptz[],
        ${uuids(jobs.map(({ id }) => id))}::uuid[])
        as t(workspace_id, profile_id, run_id, id, state, reason, due_at, job_id)
      where s.workspace_id = t.workspace_id and s.profile_id = t.profile_id and s.run_id = t.run_id and s.id = t.id
        and s.left_at is null`.execute(tx),
    queue.enqueue(tx, jobs),
    wakeStopped(
      tx,
      queue,
      // What became of a request is asked in its own time.
      deferred.filter(({ state }) => state !== 'checking').map(({ next }) => next),
    ),
  ]);
}

/** Steps of a paused workflow have no job until it goes on. */
export async function parkSteps(
  tx: Tx,
  queue: StepQueue,
  parked: readonly Extract<Settlement, { kind: 'parked' }>[],
): Promise<void> {
  if (parked.length === 0) return;
  const data = parked.map(({ job }) => job.data);
  await Promise.all([
    sql`
      update run_step s set state = 'paused', reason = 'the workflow is paused', job_id = null
      from unnest(${keyArrays(data)}) as t(workspace_id, profile_id, run_id, id)
      where s.workspace_id = t.workspace_id and s.profile_id = t.profile_id and s.run_id = t.run_id and s.id = t.id
        and s.left_at is null`.execute(tx),
    sql`
      insert into parked_step (workspace_id, profile_id, run_id, step_id, workflow_id)
      select * from unnest(${keyArrays(data)}, ${uuids(parked.map(({ workflowId }) => workflowId))}::uuid[])
      on conflict do nothing`.execute(tx),
    wakeStopped(tx, queue, data),
  ]);
}

/** Runs whose node is gone: there is nothing to count at, so only the run and the step say why. */
export async function abandonRuns(
  tx: Tx,
  abandoned: readonly Extract<Settlement, { kind: 'abandoned' }>[],
): Promise<void> {
  if (abandoned.length === 0) return;
  const data = abandoned.map(({ job }) => job.data);
  const reasons = abandoned.map(({ reason }) => reason);
  const times = abandoned.map(({ at }) => at);
  await Promise.all([
    sql`
      update run r set state = 'failed', reason = t.reason, ended_at = t.at, fingerprint = t.reason
      from unnest(${keyArrays(data)}, ${texts(reasons)}::text[], ${instants(times)}::timestamptz[])
        as t(workspace_id, profile_id, id, step_id, reason, at)
      where r.workspace_id = t.workspace_id and r.profile_id = t.profile_id and r.id = t.id
        and r.ended_at is null`.execute(tx),
    sql`
      update run_step s set state = 'failed', reason = t.reason, left_at = t.at, due_at = null, job_id = null
      from unnest(${keyArrays(data)}, ${texts(reasons)}::text[], ${instants(times)}::timestamptz[])
        as t(workspace_id, profile_id, run_id, id, reason, at)
      where s.workspace_id = t.workspace_id and s.profile_id = t.profile_id and s.run_id = t.run_id and s.id = t.id
        and s.left_at is null`.execute(tx),
  ]);
}

export async function writeIssuances(tx: Tx, settled: readonly SettledStep[]): Promise<void> {
  const rows = settled.flatMap(({ job, step, at, issuance }) =>
    issuance === undefined ? [] : [{ ...job.data, ...issuance, step, at }],
  );
  await failPasses(
    tx,
    settled.filter(({ step, issuance }) => issuance === undefined && reserves(step)).map(({ step }) => step),
  );
  if (rows.length === 0) return;
  await sql`
    insert into issuance (workspace_id, profile_id, run_id, step_id, workflow_id, event_id, url, recipient_email,
      group_reference, credential_reference, credential_url, issued_at)
    select * from unnest(${keyArrays(rows)},
      ${uuids(rows.map(({ step }) => step.run.workflow.workflowId))}::uuid[],
      ${uuids(rows.map(({ step }) => currentEvent(step.run)?.id))}::uuid[],
      ${texts(rows.map(({ url }) => url))}::text[],
      ${texts(rows.map(({ recipientEmail }) => recipientEmail))}::text[],
      ${texts(rows.map(({ groupReference }) => groupReference))}::text[],
      ${texts(rows.map(({ credentialReference }) => credentialReference))}::text[],
      ${texts(rows.map(({ credentialUrl }) => credentialUrl))}::text[],
      ${instants(rows.map(({ at }) => at))}::timestamptz[])
    on conflict (workspace_id, profile_id, run_id, step_id) do update set
      state = 'issued', url = excluded.url, recipient_email = excluded.recipient_email,
      group_reference = excluded.group_reference, credential_reference = excluded.credential_reference,
      credential_url = excluded.credential_url, issued_at = excluded.issued_at`.execute(tx);
}

/** Whether a step of this node may have a pass in the ledger before it is settled. */
function reserves({ node }: LoadedStep): boolean {
  return node.type === 'outgoing-integration' && node.settings.issuance !== undefined;
}
