import { sql } from 'kysely';

import type { Queryable } from '../platform/db/database.ts';

/** Tables that say something of an open step, with their primary keys. */
const KEYS = {
  event_wait: ['workspace_id', 'profile_id', 'action', 'step_id'],
  parked_step: ['workspace_id', 'workflow_id', 'profile_id', 'run_id', 'step_id'],
} as const;

export type LeftoverTable = keyof typeof KEYS;

export const LEFTOVER_TABLES: readonly LeftoverTable[] = ['event_wait', 'parked_step'];

export interface Leftover {
  readonly workspaceId: string;
  /** Undefined where the run does not exist. */
  readonly workflowId: string | undefined;
  readonly profileId: string;
  readonly runId: string;
  readonly stepId: string;
  /** Of its row, as texts. */
  readonly key: readonly string[];
}

export interface LeftoverPage {
  readonly leftovers: readonly Leftover[];
  /** The key to go on behind; undefined: these were the last. */
  readonly next: readonly string[] | undefined;
}

interface Row {
  workspace_id: string;
  workflow_id: string | null;
  profile_id: string;
  run_id: string;
  step_id: string;
  key: string[];
  is_open: boolean;
}

/** Looks at the next `limit` rows of a table for those whose step was left, or whose run is over. */
export async function findLeftovers(
  db: Queryable,
  table: LeftoverTable,
  after: readonly string[] | undefined,
  limit: number,
): Promise<LeftoverPage> {
  const key = sql.join(KEYS[table].map((column) => sql.ref(`w.${column}`)));
  const texts = sql.join(KEYS[table].map((column) => sql`${sql.ref(`w.${column}`)}::text`));
  const behind = after === undefined ? sql`true` : sql`(${key}) > (${sql.join([...after])})`;
  const { rows } = await sql<Row>`
    select w.workspace_id, r.workflow_id, w.profile_id, w.run_id, w.step_id, array[${texts}] as key,
      s.id is not null and r.state = 'running' as is_open
    from (select * from ${sql.table(table)} w where ${behind} order by ${key} limit ${limit}) w
    left join run r on r.workspace_id = w.workspace_id and r.profile_id = w.profile_id and r.id = w.run_id
    left join run_step s on s.workspace_id = r.workspace_id and s.profile_id = r.profile_id and s.run_id = r.id
      and s.id = w.step_id and s.left_at is null
    order by ${key}`.execute(db);
  const leftovers = rows
    .filter((row) => !row.is_open)
    .map((row) => ({
      workspaceId: row.workspace_id,
      workflowId: row.workflow_id ?? undefined,
      profileId: row.profile_id,
      runId: row.run_id,
      stepId: row.step_id,
      key: row.key,
    }));
  return { leftovers, next: rows.length < limit ? undefined : rows.at(-1)?.key };
}

/** A step that was left, and a run that is over, stay so: what is said of them can go. Answers what was deleted. */
export async function deleteLeftovers(
  db: Queryable,
  table: LeftoverTable,
  leftovers: readonly Leftover[],
): Promise<readonly Leftover[]> {
  if (leftovers.length === 0) return [];
  const columns = KEYS[table];
  const arrays = columns.map((column, index) => {
    const values = leftovers.map(({ key }) => key[index]);
    return column === 'action' ? sql`${values}::text[]` : sql`${values}::uuid[]`;
  });
  const same = columns.map((column) => sql`${sql.ref(`w.${column}`)} = ${sql.ref(`t.${column}`)}`);
  const { rows } = await sql<{ step_id: string }>`
    delete from ${sql.table(table)} w
    using unnest(${sql.join(arrays)}) as t(${sql.join(columns.map((column) => sql.ref(column)))})
    where ${sql.join(same, sql` and `)}
    returning w.step_id`.execute(db);
  const deleted = new Set(rows.map((row) => row.step_id));
  return leftovers.filter(({ stepId }) => deleted.has(stepId));
}
