import { sql } from 'kysely';

import { boundedRead } from '../platform/db/bounded-read.ts';
import type { BoundedRead } from '../platform/db/bounded-read.ts';
import type { Platform } from '../platform/platform.ts';
import type { WorkflowVersions } from '../workflows/index.ts';
import { beyond, runConditions } from './run-filter.ts';
import type { RunFilter, RunPlace } from './run-filter.ts';
import { readSummaries } from './run-summary.ts';
import type { RunSummary } from './run-summary.ts';

export interface RunPage {
  readonly runs: RunSummary[];
  /** Where the next page begins; undefined: there is none. */
  readonly next: string | undefined;
}

/** A page of the runs that a filter leaves, newest first. `before` is the `next` of the page before. */
export async function listRuns(
  { db, clock }: Platform,
  versions: WorkflowVersions,
  query: {
    readonly workspaceId: string;
    readonly filter: RunFilter;
    readonly limit: number;
    readonly before?: string | undefined;
  },
): Promise<BoundedRead<RunPage>> {
  const { workspaceId, filter, limit, before } = query;
  return await boundedRead(db, async (tx) => {
    const conditions = await runConditions(tx, workspaceId, filter);
    const place = before === undefined ? sql`true` : beyond(placeOf(before));
    const runs = sql`select * from run r where ${conditions} and ${place}
      order by r.started_at desc, r.id desc limit ${limit + 1}`;
    const found = await readSummaries(tx, versions, workspaceId, clock.now(), runs);
    const shown = found.slice(0, limit);
    const last = found.length > limit ? shown.at(-1) : undefined;
    return { runs: shown, next: last && `${Date.parse(last.startedAt)}_${last.id}` };
  });
}

function placeOf(before: string): RunPlace {
  const [startedMs, id = ''] = before.split('_');
  return { startedAt: new Date(Number(startedMs)), id };
}
