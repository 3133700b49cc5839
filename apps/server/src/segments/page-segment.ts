import type { SegmentCondition } from '@laurel/workflow';
import { sql } from 'kysely';

import type { Queryable } from '../platform/db/database.ts';
import { compileConditions } from './compile-conditions.ts';
import { loadSegmentProfiles } from './segment-profile.ts';
import type { SegmentProfile } from './segment-profile.ts';

export interface SegmentPage {
  /** In order of id. */
  readonly profileIds: readonly string[];
  /** Where the next page starts; undefined where there is none. */
  readonly next: string | undefined;
}

/**
 * Looks at the next `limit` profiles (1,000 at most are sensible) after an id, in order of id, and gives those that
 * satisfy the condition: fewer than `limit`, even none, while more pages follow. A page costs the same however few
 * profiles match and however many came before. Ids grow with time, so profiles made meanwhile come last.
 */
export async function pageSegment(
  db: Queryable,
  workspaceId: string,
  now: Date,
  condition: SegmentCondition | 'everyone',
  afterProfileId: string | undefined,
  limit: number,
): Promise<SegmentPage> {
  let select = db.selectFrom('profile').select('id').where('workspace_id', '=', workspaceId);
  if (afterProfileId !== undefined) select = select.where('id', '>', afterProfileId);
  const ids = (await select.orderBy('id').limit(limit).execute()).map(({ id }) => id);
  const last = ids.at(-1);
  const next = ids.length < limit ? undefined : last;
  if (condition === 'everyone' || last === undefined) return { profileIds: ids, next };
  const profiles = { kind: 'between', after: afterProfileId, last } as const;
  const { source, tests } = compileConditions([condition], { workspaceId, now, profiles });
  const { rows } = await sql<{ id: string }>`
    select p.id from ${source} and ${sql.join(tests)} order by p.id`.execute(db);
  return { profileIds: rows.map(({ id }) => id), next };
}

/** Profiles looked at by one statement, and by one listing. */
const WINDOW = 1_000;
const WINDOWS = 20;

/**
 * The first `limit` profiles after an id that satisfy the condition, for a person to read. It looks at 20,000 profiles
 * at most: of a small segment in a large workspace it can give fewer, even none, while more follow.
 */
export async function listSegmentProfiles(
  db: Queryable,
  workspaceId: string,
  now: Date,
  condition: SegmentCondition,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<{ profiles: SegmentProfile[]; next: string | undefined }> {
  const found: string[] = [];
  let next = page.after;
  for (let window = 0; window < WINDOWS; window++) {
    const more = await pageSegment(db, workspaceId, now, condition, next, WINDOW);
    found.push(...more.profileIds);
    next = more.next;
    if (next === undefined || found.length >= page.limit) break;
  }
  const ids = found.slice(0, page.limit);
  const profiles = await loadSegmentProfiles(db, workspaceId, ids);
  return { profiles, next: found.length > page.limit ? ids.at(-1) : next };
}
