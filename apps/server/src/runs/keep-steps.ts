import { sql } from 'kysely';

import type { Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';

/** A step of an earlier run that brought something which later nodes read: an event, or parts of an answer. */
export interface KeptStep {
  readonly profileId: string;
  /** The run that it is a step of. */
  readonly runId: string;
  readonly nodeId: string;
  readonly nodeType: string;
  readonly enteredAt: Date;
  readonly leftAt: Date;
  readonly output: string | null;
  readonly eventId: string | null;
  readonly eventReceivedAt: Date | null;
  /** Whether its event is no longer kept. */
  readonly eventGone: boolean;
  readonly mapped: unknown;
}

/** Shown at the steps that a run has from the one that it does again. */
export const KEPT = 'kept from the run that is done again';

/** What runs had when they came to a node, by run; of those that never did, all that they have. */
export async function loadKeptSteps(
  tx: Tx,
  workspaceId: string,
  runIds: readonly string[],
  nodeId: string,
): Promise<ReadonlyMap<string, KeptStep[]>> {
  const { rows } = await sql<KeptStep>`
    select s.profile_id as "profileId", s.run_id as "runId", s.node_id as "nodeId", s.node_type as "nodeType",
      s.entered_at as "enteredAt", s.left_at as "leftAt", s.output, s.event_id as "eventId",
      s.event_received_at as "eventReceivedAt", s.event_id is not null and e.id is null as "eventGone", s.mapped
    from run r
    join run_step s on s.workspace_id = r.workspace_id and s.profile_id = r.profile_id and s.run_id = r.id
    left join event e on e.workspace_id = s.workspace_id and e.profile_id = s.profile_id
      and e.received_at = s.event_received_at and e.id = s.event_id
    where r.workspace_id = ${workspaceId} and r.id = any(${runIds}::uuid[])
      and s.left_at is not null and (s.event_id is not null or s.mapped is not null)
      and not exists (
        select from run_step n where n.workspace_id = s.workspace_id and n.profile_id = s.profile_id
          and n.run_id = s.run_id and n.node_id = ${nodeId} and n.entered_at < s.left_at)
    order by s.left_at, s.id`.execute(tx);
  return Map.groupBy(rows, ({ runId }) => runId);
}

/** Gives a new run the steps that it keeps. They are not counted: they were when they happened. */
export async function insertKeptSteps(
  tx: Tx,
  workspaceId: string,
  kept: readonly { readonly runId: string; readonly step: KeptStep }[],
): Promise<void> {
  if (kept.length === 0) return;
  await sql`
    insert into run_step (workspace_id, profile_id, run_id, id, node_id, node_type, state, reason, entered_at, left_at,
      output, event_id, event_received_at, mapped)
    select ${workspaceId}::uuid, p, r, i, n, t, 'succeeded', ${KEPT}, e, l, o, ei, er, m from unnest(
      ${kept.map(({ step }) => step.profileId)}::uuid[],
      ${kept.map(({ runId }) => runId)}::uuid[],
      ${kept.map(() => newId())}::uuid[],
      ${kept.map(({ step }) => step.nodeId)}::text[],
      ${kept.map(({ step }) => step.nodeType)}::text[],
      ${kept.map(({ step }) => step.enteredAt.toISOString())}::timestamptz[],
      ${kept.map(({ step }) => step.leftAt.toISOString())}::timestamptz[],
      ${kept.map(({ step }) => step.output)}::text[],
      ${kept.map(({ step }) => step.eventId)}::uuid[],
      ${kept.map(({ step }) => step.eventReceivedAt?.toISOString() ?? null)}::timestamptz[],
      ${kept.map(({ step }) => (step.mapped === null ? null : JSON.stringify(step.mapped)))}::jsonb[])
      as t(p, r, i, n, t, e, l, o, ei, er, m)`.execute(tx);
}
