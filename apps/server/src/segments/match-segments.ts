import { sizeOf } from '@laurel/workflow';
import type { SegmentCondition } from '@laurel/workflow';
import { sql } from 'kysely';

import type { Queryable } from '../platform/db/database.ts';
import { compileConditions } from './compile-conditions.ts';
import type { CompileScope } from './compile-conditions.ts';

/**
 * Conditions asked about by one statement. It has 65,535 parameters at most, and one condition, on the dates that a long
 * name leads to, about a hundred.
 */
const MAX_SIZE = 500;

/**
 * Which of the given profiles satisfy each of the conditions, in the order of the conditions; one statement for all, unless
 * they are very large. A profile that does not exist satisfies none. Meant for up to 1,000 profiles at a time.
 */
export async function matchSegments(
  db: Queryable,
  workspaceId: string,
  now: Date,
  conditions: readonly SegmentCondition[],
  profileIds: readonly string[],
): Promise<readonly ReadonlySet<string>[]> {
  const scope: CompileScope = { workspaceId, now, profiles: { kind: 'listed', ids: profileIds } };
  if (profileIds.length === 0) return conditions.map(() => new Set<string>());
  const matched: Set<string>[] = [];
  for (const some of batchesOf(conditions)) matched.push(...(await matchBatch(db, scope, some)));
  return matched;
}

async function matchBatch(
  db: Queryable,
  scope: CompileScope,
  conditions: readonly SegmentCondition[],
): Promise<Set<string>[]> {
  const { source, tests } = compileConditions(conditions, scope);
  const { rows } = await sql<{ id: string; matches: boolean[] }>`
    select p.id, array[${sql.join(tests)}] as matches from ${source}`.execute(db);
  return conditions.map(
    (_, index) => new Set(rows.filter(({ matches }) => matches[index] === true).map(({ id }) => id)),
  );
}

function batchesOf(conditions: readonly SegmentCondition[]): SegmentCondition[][] {
  const batches: SegmentCondition[][] = [];
  let size = MAX_SIZE;
  for (const condition of conditions) {
    size += sizeOf(condition);
    if (size > MAX_SIZE) {
      batches.push([]);
      size = sizeOf(condition);
    }
    batches.at(-1)?.push(condition);
  }
  return batches;
}
