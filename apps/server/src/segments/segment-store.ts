import { isDeepStrictEqual } from 'node:util';

import { parseSegment } from '@laurel/workflow';
import type { SegmentCondition } from '@laurel/workflow';

import type { Queryable, Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';

export interface Segment {
  readonly id: string;
  readonly name: string;
  readonly condition: SegmentCondition;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const COLUMNS = ['id', 'name', 'condition', 'created_at', 'updated_at'] as const;

interface Row {
  id: string;
  name: string;
  condition: unknown;
  created_at: Date;
  updated_at: Date;
}

/** A condition was checked when it was saved: one that does not parse is a bug. */
function segmentFrom(row: Row): Segment {
  const parsed = parseSegment(row.condition);
  if (parsed.kind === 'refused') {
    const problems = parsed.issues.map(({ field, message }) => `${field} ${message}`).join('; ');
    throw new Error(`the stored condition of segment ${row.id} does not parse: ${problems}`);
  }
  return {
    id: row.id,
    name: row.name,
    condition: parsed.condition,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** The segments of a workspace, by name. */
export async function listSegments(db: Queryable, workspaceId: string): Promise<Segment[]> {
  const rows = await db
    .selectFrom('segment')
    .select(COLUMNS)
    .where('workspace_id', '=', workspaceId)
    .orderBy('name')
    .execute();
  return rows.map(segmentFrom);
}

/** The segment of an id; undefined where there is none. */
export async function segmentOf(
  db: Queryable,
  workspaceId: string,
  id: string,
): Promise<Segment | undefined> {
  const row = await db
    .selectFrom('segment')
    .select(COLUMNS)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? undefined : segmentFrom(row);
}

/** The segment of a name; undefined where there is none. */
export async function segmentNamed(
  db: Queryable,
  workspaceId: string,
  name: string,
): Promise<Segment | undefined> {
  const row = await db
    .selectFrom('segment')
    .select(COLUMNS)
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', name)
    .executeTakeFirst();
  return row === undefined ? undefined : segmentFrom(row);
}

export interface SaveSegment {
  readonly workspaceId: string;
  /** The segment to change; undefined makes one. */
  readonly id: string | undefined;
  readonly name: string;
  readonly condition: SegmentCondition;
}

export type SaveSegmentOutcome =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly segment: Segment }
  | { readonly kind: 'missing' }
  | { readonly kind: 'name-taken' };

/** Makes a segment, or changes one. */
export async function saveSegment(tx: Tx, now: Date, input: SaveSegment): Promise<SaveSegmentOutcome> {
  const { workspaceId, name, condition } = input;
  await lockSegments(tx, workspaceId);
  const holder = await segmentNamed(tx, workspaceId, name);
  const before = input.id === undefined ? undefined : await segmentOf(tx, workspaceId, input.id);
  if (input.id !== undefined && before === undefined) return { kind: 'missing' };
  if (holder !== undefined && holder.id !== before?.id) return { kind: 'name-taken' };
  if (before?.name === name && isDeepStrictEqual(before.condition, condition)) {
    return { kind: 'unchanged', segment: before };
  }
  const values = { name, condition: JSON.stringify(condition), updated_at: now };
  const row = await tx
    .insertInto('segment')
    .values({ workspace_id: workspaceId, id: before?.id ?? newId(), created_at: now, ...values })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'id']).doUpdateSet(values))
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  return { kind: before === undefined ? 'created' : 'updated', segment: segmentFrom(row) };
}

/** A workflow that refers to a segment. */
export interface SegmentUse {
  readonly workflowId: string;
  readonly name: string;
}

/** Which workflows use a segment, as the transaction sees it. */
export type FindSegmentUses = (
  tx: Tx,
  workspaceId: string,
  segmentId: string,
) => Promise<readonly SegmentUse[]>;

export type DeleteSegmentOutcome =
  | { readonly kind: 'deleted' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'in-use'; readonly usedBy: readonly SegmentUse[] };

/** Deletes a segment that no workflow uses. */
export async function deleteSegment(
  tx: Tx,
  workspaceId: string,
  id: string,
  findUses: FindSegmentUses,
): Promise<DeleteSegmentOutcome> {
  await lockSegments(tx, workspaceId);
  const usedBy = await findUses(tx, workspaceId, id);
  if (usedBy.length > 0) return { kind: 'in-use', usedBy };
  const gone = await tx
    .deleteFrom('segment')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
  return { kind: gone.numDeletedRows === 1n ? 'deleted' : 'missing' };
}

/**
 * Lets those who write segments, or references to them, come one after the other within a workspace. They are people: so
 * names stay unique and what is referred to stays there without an error to catch.
 */
async function lockSegments(tx: Tx, workspaceId: string): Promise<void> {
  await tx.selectFrom('workspace').select('id').where('id', '=', workspaceId).forNoKeyUpdate().execute();
}
