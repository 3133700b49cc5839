import { sql } from 'kysely';

import type { Queryable, Tx } from '../platform/db/database.ts';
import { attributesOf } from '../profiles/index.ts';
import type { RunEvent } from './loaded-step.ts';
import { beyond, runConditions } from './run-filter.ts';
import type { RunFilter, RunPlace } from './run-filter.ts';

/** Which runs are to be done again. */
export type Selection =
  | { readonly kind: 'ids'; readonly runIds: readonly string[] }
  /** Those that started before the request, so that it never meets its own. */
  | { readonly kind: 'filter'; readonly filter: RunFilter; readonly before: Date };

/** A run that is to be done again. */
export interface Original {
  readonly runId: string;
  readonly profileId: string;
  /** Whether the profile is still there. */
  readonly profileExists: boolean;
  readonly workflowId: string;
  readonly status: string;
  readonly version: number;
  readonly activeVersion: number | undefined;
  readonly state: string;
  readonly triggerNodeId: string;
  readonly test: boolean;
  /** The node that came after the trigger; undefined: the trigger held it back. */
  readonly secondNodeId: string | undefined;
  /** `gone`: its retention is over. Undefined: the run was started by an audience. */
  readonly event: RunEvent | 'gone' | undefined;
}

/** A page of the places of the runs that are asked for, newest first. */
export async function findOriginals(
  db: Queryable,
  workspaceId: string,
  selection: Selection,
  after: RunPlace | undefined,
  limit: number,
): Promise<RunPlace[]> {
  const conditions =
    selection.kind === 'ids'
      ? sql`r.workspace_id = ${workspaceId} and r.id = any(${selection.runIds}::uuid[])`
      : sql`${await runConditions(db, workspaceId, selection.filter)} and r.started_at < ${selection.before}::timestamptz`;
  const { rows } = await sql<{ startedAt: Date; id: string }>`
    select r.started_at as "startedAt", r.id from run r
    where ${conditions} and ${after === undefined ? sql`true` : beyond(after)}
    order by r.started_at desc, r.id desc limit ${limit}`.execute(db);
  return rows;
}

interface OriginalRow {
  run_id: string;
  profile_id: string;
  profile_exists: boolean;
  workflow_id: string;
  status: string;
  version: number;
  active_version: number | null;
  state: string;
  trigger_node_id: string;
  test: boolean;
  second_node: string | null;
  event_id: string | null;
  received_at: Date | null;
  action: string | null;
  time: Date | null;
  params: unknown;
}

/** Runs with the events that started them, in the order of the ids. */
export async function loadOriginals(
  tx: Tx,
  workspaceId: string,
  runIds: readonly string[],
): Promise<Original[]> {
  const { rows } = await sql<OriginalRow>`
    select r.id as run_id, r.profile_id, p.id is not null as profile_exists, r.workflow_id, w.status, r.version,
      w.active_version, r.state, r.trigger_node_id, r.test, r.event_id, (
        select s.node_id from run_step s
        where s.workspace_id = r.workspace_id and s.profile_id = r.profile_id and s.run_id = r.id
        order by s.entered_at, s.id offset 1 limit 1) as second_node, e.received_at, e.action, e.time, e.params
    from run r
    join workflow w on w.workspace_id = r.workspace_id and w.id = r.workflow_id
    left join profile p on p.workspace_id = r.workspace_id and p.id = r.profile_id
    left join event e on e.workspace_id = r.workspace_id and e.profile_id = r.profile_id
      and e.received_at = r.event_received_at and e.id = r.event_id
    where r.workspace_id = ${workspaceId} and r.id = any(${runIds}::uuid[])`.execute(tx);
  const byId = new Map(rows.map((row) => [row.run_id, row]));
  return runIds.flatMap((id) => {
    const row = byId.get(id);
    return row === undefined ? [] : [originalOf(row)];
  });
}

function originalOf(row: OriginalRow): Original {
  return {
    runId: row.run_id,
    profileId: row.profile_id,
    profileExists: row.profile_exists,
    workflowId: row.workflow_id,
    status: row.status,
    version: row.version,
    activeVersion: row.active_version ?? undefined,
    state: row.state,
    triggerNodeId: row.trigger_node_id,
    test: row.test,
    secondNodeId: row.second_node ?? undefined,
    event: eventOf(row),
  };
}

function eventOf({ event_id: id, received_at: receivedAt, action, time, params }: OriginalRow) {
  if (id === null) return undefined;
  if (receivedAt === null || action === null || time === null) return 'gone' as const;
  return { id, receivedAt, action, time, params: attributesOf(params) };
}
