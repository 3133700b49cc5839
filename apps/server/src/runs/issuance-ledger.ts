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

const keyOf = (row: {
  workspace_id: string;
  profile_id: string;
  certification: string;
  policy: string;
}): string => JSON.stringify([row.workspace_id, row.profile_id, row.certification, row.policy]);

/** What the ledger has of passes, the last occurrence of each, by `[workspaceId, profileId, certification, policy]` as JSON. */
export async function passesOf(tx: Tx, passes: readonly Pass[]): Promise<ReadonlyMap<string, KnownPass>> {
  if (passes.length === 0) return new Map();
  const { rows } = await sql<{
    workspace_id: string;
    profile_id: string;
    certification: string;
    policy: string;
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
      keyOf(row),
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
