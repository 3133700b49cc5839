import type { SegmentCondition } from '@laurel/workflow';
import { sql } from 'kysely';

import type { Database } from '../platform/db/database.ts';
import { databaseErrorCode, inTransaction } from '../platform/db/transaction.ts';
import { compileConditions } from './compile-conditions.ts';
import { loadSegmentProfiles } from './segment-profile.ts';
import type { SegmentProfile } from './segment-profile.ts';

/** How long somebody waits for a live count. */
const TIMEOUT_MS = 5_000;
const SAMPLE_SIZE = 10;
const QUERY_CANCELED = '57014';

export type CountOutcome =
  | { readonly kind: 'counted'; readonly count: number; readonly sample: readonly SegmentProfile[] }
  /** It takes longer than somebody waits; the segment can be used all the same. */
  | { readonly kind: 'too-slow' };

/** How many profiles satisfy a condition now, and up to ten of them: those that are there longest. */
export async function countSegment(
  db: Database,
  workspaceId: string,
  now: Date,
  condition: SegmentCondition,
  options: { readonly timeoutMs?: number } = {},
): Promise<CountOutcome> {
  const { source, tests } = compileConditions([condition], {
    workspaceId,
    now,
    profiles: { kind: 'everyone' },
  });
  try {
    return await inTransaction(db, async (tx) => {
      await sql`select set_config('statement_timeout', ${String(options.timeoutMs ?? TIMEOUT_MS)}, true)`.execute(
        tx,
      );
      const { rows } = await sql<{ count: number; sample: string[] }>`
        with matching as materialized (select p.id from ${source} and ${sql.join(tests)})
        select (select count(*) from matching) as count,
          array(select id from matching order by id limit ${sql.lit(SAMPLE_SIZE)}) as sample`.execute(tx);
      const [row] = rows;
      if (row === undefined) throw new Error('a count came without a row');
      return {
        kind: 'counted',
        count: row.count,
        sample: await loadSegmentProfiles(tx, workspaceId, row.sample),
      };
    });
  } catch (error) {
    if (databaseErrorCode(error) === QUERY_CANCELED) return { kind: 'too-slow' };
    throw error;
  }
}
