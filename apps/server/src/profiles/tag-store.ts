import { sql } from 'kysely';

import type { Queryable, Tx } from '../platform/db/database.ts';
import type { NumericIds } from '../platform/ids.ts';

/** A tag that profiles can have; they hold its name. */
export interface Tag {
  readonly id: number;
  readonly name: string;
  /** `#rrggbb` */
  readonly color: string;
}

const COLUMNS = ['id', 'name', 'color'] as const;

/** The tags of the workspace by name; `names` restricts them to these. */
export async function listTags(
  db: Queryable,
  workspaceId: string,
  names?: readonly string[],
): Promise<Tag[]> {
  let select = db.selectFrom('profile_tag').select(COLUMNS).where('workspace_id', '=', workspaceId);
  if (names !== undefined) select = select.where('name', '=', sql<string>`any(${[...names]}::text[])`);
  return await select.orderBy('name').execute();
}

export async function findTag(db: Queryable, workspaceId: string, id: number): Promise<Tag | undefined> {
  return await db
    .selectFrom('profile_tag')
    .select(COLUMNS)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** Makes the tags that there are not yet. Tags are never deleted, so that their numbers stay true. */
export async function ensureTags(
  tx: Tx,
  numericIds: NumericIds,
  now: Date,
  wanted: readonly { readonly workspaceId: string; readonly name: string }[],
): Promise<void> {
  const distinct = new Map(wanted.map((tag) => [`${tag.workspaceId} ${tag.name}`, tag]));
  if (distinct.size === 0) return;
  const tags = [...distinct.values()];
  const { rows } = await sql<{ workspace_id: string; name: string }>`
    select t.workspace_id, t.name
    from unnest(
      ${tags.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${tags.map(({ name }) => name)}::text[]) as w(workspace_id, name)
    join profile_tag t using (workspace_id, name)`.execute(tx);
  for (const row of rows) distinct.delete(`${row.workspace_id} ${row.name}`);
  const missing = [...distinct].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, tag]) => tag);
  if (missing.length === 0) return;
  const ids = await numericIds.take('profile-tag', missing.length);
  await sql`
    insert into profile_tag (workspace_id, id, name, created_at)
    select w, i, n, ${now} from unnest(
      ${missing.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${ids}::bigint[],
      ${missing.map(({ name }) => name)}::text[]) as t(w, i, n)
    on conflict do nothing`.execute(tx);
}
