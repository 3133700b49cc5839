import { sql } from 'kysely';

import type { Queryable, Tx } from '../platform/db/database.ts';
import { isRecord } from './loose-body.ts';
import type { Loose } from './loose-body.ts';

export interface Group {
  readonly id: number;
  readonly name: string;
  readonly courseName: string;
  readonly courseDescription: string;
  readonly courseLink: string | null;
  readonly allowDuplicates: boolean;
  readonly details: Loose;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const COLUMNS = [
  'id',
  'name',
  'course_name',
  'course_description',
  'course_link',
  'allow_duplicates',
  'details',
  'created_at',
  'updated_at',
] as const;

interface Row {
  id: number;
  name: string;
  course_name: string;
  course_description: string;
  course_link: string | null;
  allow_duplicates: boolean;
  details: unknown;
  created_at: Date;
  updated_at: Date;
}

function groupOf(row: Row): Group {
  return {
    id: row.id,
    name: row.name,
    courseName: row.course_name,
    courseDescription: row.course_description,
    courseLink: row.course_link,
    allowDuplicates: row.allow_duplicates,
    details: isRecord(row.details) ? row.details : {},
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** By id, or by exact name. */
export type GroupReference = { readonly id: number } | { readonly name: string };

/** By id, or by exact name; of several with one name, the oldest. */
export async function findGroup(
  db: Queryable,
  workspaceId: string,
  by: GroupReference,
): Promise<Group | undefined> {
  const select = db.selectFrom('credential_group').select(COLUMNS).where('workspace_id', '=', workspaceId);
  const matching = 'id' in by ? select.where('id', '=', by.id) : select.where('name', '=', by.name);
  const row = await matching.orderBy('id').limit(1).executeTakeFirst();
  return row === undefined ? undefined : groupOf(row);
}

/** The groups of ids and of exact names in one query; of several with one name, the oldest. */
export async function findGroups(
  db: Queryable,
  workspaceId: string,
  references: readonly GroupReference[],
): Promise<(reference: GroupReference) => Group | undefined> {
  if (references.length === 0) return () => undefined;
  const ids = references.flatMap((by) => ('id' in by ? [by.id] : []));
  const names = references.flatMap((by) => ('name' in by ? [by.name] : []));
  const rows = await db
    .selectFrom('credential_group')
    .select(COLUMNS)
    .where('workspace_id', '=', workspaceId)
    .where((or) =>
      or.or([
        or('id', '=', sql<number>`any(${ids}::bigint[])`),
        or('name', '=', sql<string>`any(${names}::text[])`),
      ]),
    )
    .orderBy('id', 'desc')
    .execute();
  const byId = new Map(rows.map((row) => [row.id, groupOf(row)]));
  const byName = new Map(rows.map((row) => [row.name, groupOf(row)]));
  return (by) => ('id' in by ? byId.get(by.id) : byName.get(by.name));
}

export interface GroupQuery {
  readonly workspaceId: string;
  readonly ids?: readonly number[] | undefined;
  readonly name?: string | undefined;
  readonly courseName?: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

export async function searchGroups(
  db: Queryable,
  query: GroupQuery,
): Promise<{ groups: Group[]; total: number }> {
  let matching = db.selectFrom('credential_group').where('workspace_id', '=', query.workspaceId);
  if (query.ids !== undefined && query.ids.length > 0) matching = matching.where('id', 'in', query.ids);
  if (query.name !== undefined)
    matching = matching.where(sql<boolean>`position(lower(${query.name}) in lower(name)) > 0`);
  if (query.courseName !== undefined) {
    matching = matching.where(sql<boolean>`position(lower(${query.courseName}) in lower(course_name)) > 0`);
  }
  const rows = await matching.select(COLUMNS).orderBy('id').limit(query.limit).offset(query.offset).execute();
  const { total } = await matching
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { groups: rows.map(groupOf), total };
}

/** Writes a group under its id: makes it, or replaces what it says. */
export async function writeGroup(
  tx: Tx,
  now: Date,
  workspaceId: string,
  group: Omit<Group, 'createdAt' | 'updatedAt'>,
): Promise<Group> {
  const values = {
    name: group.name,
    course_name: group.courseName,
    course_description: group.courseDescription,
    course_link: group.courseLink,
    allow_duplicates: group.allowDuplicates,
    details: JSON.stringify(group.details),
    updated_at: now,
  };
  const row = await tx
    .insertInto('credential_group')
    .values({ workspace_id: workspaceId, id: group.id, created_at: now, ...values })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'id']).doUpdateSet(values))
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  return groupOf(row);
}

export async function deleteGroup(tx: Tx, workspaceId: string, id: number): Promise<void> {
  await tx
    .deleteFrom('credential_group')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();
}
