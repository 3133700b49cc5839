import type { runFilterSchema } from '@laurel/contract';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { z } from 'zod';

import type { Queryable } from '../platform/db/database.ts';
import { findProfile, IDENTIFIER_KINDS } from '../profiles/index.ts';

export type RunFilter = z.output<typeof runFilterSchema>;

/** A place in the runs of a workspace, newest first. */
export interface RunPlace {
  readonly startedAt: Date;
  readonly id: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What of a run `r` must hold. The profile is looked up, so that its runs are found by their key. */
export async function runConditions(
  db: Queryable,
  workspaceId: string,
  filter: RunFilter,
): Promise<RawBuilder<unknown>> {
  const parts = [sql`r.workspace_id = ${workspaceId}`];
  if (filter.profile !== undefined) {
    const ids = await profilesOf(db, workspaceId, filter.profile);
    parts.push(sql`r.profile_id = any(${ids}::uuid[])`);
  }
  if (filter.workflowId !== undefined) parts.push(sql`r.workflow_id = ${filter.workflowId}`);
  if (filter.version !== undefined) parts.push(sql`r.version = ${filter.version}`);
  if (filter.state !== undefined) parts.push(sql`r.state = ${filter.state}`);
  if (filter.outcome !== undefined) parts.push(outcomeCondition(filter.outcome));
  if (filter.fingerprint !== undefined) parts.push(sql`r.fingerprint = ${filter.fingerprint}`);
  if (filter.from !== undefined) parts.push(sql`r.started_at >= ${new Date(filter.from)}`);
  if (filter.to !== undefined) parts.push(sql`r.started_at < ${new Date(filter.to)}`);
  if (filter.replayOf !== undefined) parts.push(sql`r.replay_of = ${filter.replayOf}`);
  if (filter.test !== undefined) parts.push(sql`r.test = ${filter.test}`);
  if (filter.replayed !== undefined) {
    const replayed = sql`exists (
      select from run n where n.workspace_id = r.workspace_id and n.profile_id = r.profile_id and n.replay_of = r.id)`;
    parts.push(filter.replayed ? replayed : sql`not ${replayed}`);
  }
  if (filter.node !== undefined) {
    parts.push(sql`exists (
      select from run_step s where s.workspace_id = r.workspace_id and s.profile_id = r.profile_id and s.run_id = r.id
        and s.node_id = ${filter.node} and (s.left_at is null or s.state = 'failed'))`);
  }
  return sql.join(parts, sql` and `);
}

/** Runs beyond a place, going to older ones. */
export function beyond({ startedAt, id }: RunPlace): RawBuilder<unknown> {
  return sql`(r.started_at, r.id) < (${startedAt}::timestamptz, ${id}::uuid)`;
}

function outcomeCondition(outcome: NonNullable<RunFilter['outcome']>): RawBuilder<unknown> {
  switch (outcome) {
    case 'succeeded':
      return sql`(r.state = 'finished' and r.fingerprint is null)`;
    case 'failed':
      return sql`(r.fingerprint is not null or r.state = 'failed')`;
    case 'skipped':
    case 'cancelled':
    case 'running':
      return sql`r.state = ${outcome}`;
  }
}

/** The profiles that a text may name: by their id, or by any of their identifiers. */
async function profilesOf(db: Queryable, workspaceId: string, text: string): Promise<string[]> {
  const found = await Promise.all(
    IDENTIFIER_KINDS.map(async (kind) => await findProfile(db, workspaceId, kind, text)),
  );
  const ids = found.flatMap((profile) => (profile === undefined ? [] : [profile.id]));
  return UUID.test(text) ? [...ids, text] : ids;
}
