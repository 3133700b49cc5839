import { runSummarySchema } from '@laurel/contract';
import { nodeById } from '@laurel/workflow';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { z } from 'zod';

import type { Queryable } from '../platform/db/database.ts';
import type { WorkflowVersions } from '../workflows/index.ts';

export type RunSummary = z.input<typeof runSummarySchema>;

interface SummaryRow {
  id: string;
  workflow_id: string;
  workflow_name: string;
  version: number;
  profile_id: string;
  client_id: number | null;
  custom_id: string | null;
  uuid: string | null;
  email: string | null;
  state: string;
  reason: string | null;
  fingerprint: string | null;
  stop_reason: string | null;
  replay_of: string | null;
  test: boolean;
  started_at: Date;
  ended_at: Date | null;
  at_node: string | null;
  at_state: string | null;
  at_reason: string | null;
  at_due: Date | null;
}

const state = runSummarySchema.shape.state;
const stepState = runSummarySchema.shape.at.unwrap().shape.state;

/**
 * The runs `r` of a subquery as lists show them, newest first: with their profiles, and where they are, or where they
 * failed, or else where they ended.
 */
export async function readSummaries(
  db: Queryable,
  versions: WorkflowVersions,
  workspaceId: string,
  now: Date,
  runs: RawBuilder<unknown>,
): Promise<RunSummary[]> {
  const { rows } = await sql<SummaryRow>`
    select r.id, r.workflow_id, w.name as workflow_name, r.version, r.profile_id, p.client_id, p.custom_id, p.uuid,
      p.email, r.state, r.reason, r.fingerprint, r.stop_reason, r.replay_of, r.test, r.started_at, r.ended_at,
      a.node_id as at_node, a.state as at_state, a.reason as at_reason, a.due_at as at_due
    from (${runs}) r
    join workflow w on w.workspace_id = r.workspace_id and w.id = r.workflow_id
    left join profile p on p.workspace_id = r.workspace_id and p.id = r.profile_id
    left join lateral (
      select s.node_id, s.state, s.reason, s.due_at from run_step s
      where s.workspace_id = r.workspace_id and s.profile_id = r.profile_id and s.run_id = r.id
      order by (s.left_at is null) desc, (s.state = 'failed') desc, s.id desc limit 1) a on true
    where r.workspace_id = ${workspaceId}
    order by r.started_at desc, r.id desc`.execute(db);
  const summaries: RunSummary[] = [];
  for (const row of rows) {
    const { definition } = await versions.get(db, workspaceId, row.workflow_id, row.version);
    const title = row.at_node === null ? undefined : nodeById(definition, row.at_node)?.title;
    summaries.push(summaryOf(row, title, now));
  }
  return summaries;
}

function summaryOf(row: SummaryRow, title: string | undefined, now: Date): RunSummary {
  return {
    id: row.id,
    workflowId: row.workflow_id,
    workflowName: row.workflow_name,
    version: row.version,
    profileId: row.profile_id,
    profile: {
      id: row.profile_id,
      ...(row.client_id !== null && { clientId: row.client_id }),
      ...(row.custom_id !== null && { customId: row.custom_id }),
      ...(row.uuid !== null && { uuid: row.uuid }),
      ...(row.email !== null && { email: row.email }),
    },
    state: state.parse(row.state),
    outcome: outcomeOf(row),
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.fingerprint !== null && { fingerprint: row.fingerprint }),
    ...(row.at_node !== null && {
      at: {
        nodeId: row.at_node,
        title: title ?? row.at_node,
        state: stepState.parse(row.at_state),
        ...(row.at_reason !== null && { reason: row.at_reason }),
        ...(row.at_due !== null && { dueAt: row.at_due.toISOString() }),
      },
    }),
    startedAt: row.started_at.toISOString(),
    ...(row.ended_at !== null && { endedAt: row.ended_at.toISOString() }),
    durationMs: Math.max(0, (row.ended_at ?? now).getTime() - row.started_at.getTime()),
    ...(row.stop_reason !== null && { stopReason: row.stop_reason }),
    ...(row.replay_of !== null && { replayOf: row.replay_of }),
    test: row.test,
  };
}

function outcomeOf(row: SummaryRow): RunSummary['outcome'] {
  const known = state.parse(row.state);
  if (known === 'running') return 'running';
  if (known === 'failed' || row.fingerprint !== null) return 'failed';
  return known === 'finished' ? 'succeeded' : known;
}
