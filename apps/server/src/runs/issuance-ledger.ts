import type { IssuancePolicy } from '@laurel/workflow';
import { sql } from 'kysely';

import type { Tx } from '../platform/db/database.ts';
import { ConcurrentWriteError } from '../platform/db/transaction.ts';
import { currentEvent } from './loaded-step.ts';
import type { LoadedStep } from './loaded-step.ts';

/** What the ledger knows a pass by. */
export interface Pass {
  readonly workspaceId: string;
  readonly profileId: string;
  readonly certification: string;
  readonly policy: IssuancePolicy;
}

/** A pass that has its credential, or whose request is under way. */
export interface KnownPass {
  /** 1 for the first credential of the pass. */
  readonly occurrence: number;
  readonly stepId: string;
  readonly state: 'pending' | 'issued';
  readonly credentialReference: string | undefined;
  readonly credentialUrl: string | undefined;
}

export interface RecordedPass extends Pass {
  readonly occurrence: number;
  readonly recipientEmail: string | undefined;
  readonly groupReference: string | undefined;
  readonly credentialReference: string | undefined;
  readonly credentialUrl: string | undefined;
  readonly step: LoadedStep;
  readonly at: Date;
}

function passArrays(passes: readonly Pass[]) {
  return sql`
    ${passes.map(({ workspaceId }) => workspaceId)}::uuid[],
    ${passes.map(({ profileId }) => profileId)}::uuid[],
    ${passes.map(({ certification }) => certification)}::text[],
    ${passes.map(({ policy }) => policy)}::text[]`;
}

function stepArrays(steps: readonly LoadedStep[]) {
  const data = steps.map(({ job }) => job.data);
  return sql`
    ${data.map(({ workspaceId }) => workspaceId)}::uuid[],
    ${data.map(({ profileId }) => profileId)}::uuid[],
    ${data.map(({ runId }) => runId)}::uuid[],
    ${data.map(({ stepId }) => stepId)}::uuid[]`;
}

export function passKey({ workspaceId, profileId, certification, policy }: Pass): string {
  return JSON.stringify([workspaceId, profileId, certification, policy]);
}

/** What the ledger has of passes, the last occurrence of each, by `passKey`. */
export async function passesOf(tx: Tx, passes: readonly Pass[]): Promise<ReadonlyMap<string, KnownPass>> {
  if (passes.length === 0) return new Map();
  const { rows } = await sql<{
    workspace_id: string;
    profile_id: string;
    certification: string;
    policy: IssuancePolicy;
    occurrence: number;
    step_id: string;
    state: 'pending' | 'issued';
    credential_reference: string | null;
    credential_url: string | null;
  }>`
    select i.workspace_id, i.profile_id, i.certification, i.policy, i.occurrence, i.step_id, i.state,
      i.credential_reference, i.credential_url
    from (select distinct * from unnest(${passArrays(passes)}) as t(workspace_id, profile_id, certification, policy)) t
    join issuance i using (workspace_id, profile_id, certification, policy)
    where i.state <> 'failed'
    order by i.occurrence`.execute(tx);
  return new Map(
    rows.map((row) => [
      passKey({
        workspaceId: row.workspace_id,
        profileId: row.profile_id,
        certification: row.certification,
        policy: row.policy,
      }),
      {
        occurrence: row.occurrence,
        stepId: row.step_id,
        state: row.state,
        credentialReference: row.credential_reference ?? undefined,
        credentialUrl: row.credential_url ?? undefined,
      },
    ]),
  );
}

/**
 * Writes passes with their credentials. Throws `ConcurrentWriteError` where another transaction has just written one of
 * them: run again, it is seen.
 */
export async function recordPasses(
  tx: Tx,
  passes: readonly RecordedPass[],
  state: 'pending' | 'issued' = 'issued',
): Promise<void> {
  if (passes.length === 0) return;
  const data = passes.map(({ step }) => step.job.data);
  const { rows } = await sql`
    insert into issuance (workspace_id, profile_id, certification, policy, run_id, step_id, workflow_id, event_id,
      occurrence, state, recipient_email, group_reference, credential_reference, credential_url, issued_at)
    select w, p, c, o, r, s, f, e, n, ${state}, m, g, cr, cu, a from unnest(${passArrays(passes)},
      ${data.map(({ runId }) => runId)}::uuid[],
      ${data.map(({ stepId }) => stepId)}::uuid[],
      ${passes.map(({ step }) => step.run.workflow.workflowId)}::uuid[],
      ${passes.map(({ step }) => currentEvent(step.run)?.id ?? null)}::uuid[],
      ${passes.map(({ occurrence }) => occurrence)}::integer[],
      ${passes.map(({ recipientEmail }) => recipientEmail ?? null)}::text[],
      ${passes.map(({ groupReference }) => groupReference ?? null)}::text[],
      ${passes.map(({ credentialReference }) => credentialReference ?? null)}::text[],
      ${passes.map(({ credentialUrl }) => credentialUrl ?? null)}::text[],
      ${passes.map(({ at }) => at.toISOString())}::timestamptz[])
      as t(w, p, c, o, r, s, f, e, n, m, g, cr, cu, a)
    order by w, p, c, o, n
    on conflict do nothing
    returning 1`.execute(tx);
  if (rows.length !== passes.length) {
    throw new ConcurrentWriteError('another transaction has just issued for one of these passes');
  }
}

/** Of steps, the ids of those that have a pass in the ledger. */
export async function reservedBy(tx: Tx, steps: readonly LoadedStep[]): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ step_id: string }>`
    select i.step_id from issuance i
    join unnest(${stepArrays(steps)})
      as t(workspace_id, profile_id, run_id, step_id) using (workspace_id, profile_id, run_id, step_id)
    where i.state <> 'failed'`.execute(tx);
  return new Set(rows.map((row) => row.step_id));
}

/** Gives passes free whose step has been left without a result: it was cancelled, or its run has ended. */
export async function failLostPasses(tx: Tx, passes: readonly Pass[]): Promise<void> {
  await sql`
    update issuance i set state = 'failed'
    from (select distinct * from unnest(${passArrays(passes)}) as t(workspace_id, profile_id, certification, policy)) t
    where i.workspace_id = t.workspace_id and i.profile_id = t.profile_id and i.certification = t.certification
      and i.policy = t.policy and i.state = 'pending'
      and not exists (
        select from run_step s
        where s.workspace_id = i.workspace_id and s.profile_id = i.profile_id and s.run_id = i.run_id
          and s.id = i.step_id and s.left_at is null)`.execute(tx);
}

/** Gives the passes of steps free whose requests issued nothing. */
export async function failPasses(tx: Tx, steps: readonly LoadedStep[]): Promise<void> {
  if (steps.length === 0) return;
  await sql`
    update issuance i set state = 'failed'
    from unnest(${stepArrays(steps)})
      as t(workspace_id, profile_id, run_id, step_id)
    where i.workspace_id = t.workspace_id and i.profile_id = t.profile_id and i.run_id = t.run_id
      and i.step_id = t.step_id and i.state = 'pending'`.execute(tx);
}
