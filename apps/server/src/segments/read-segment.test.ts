import type { SegmentCondition } from '@laurel/workflow';
import { sql } from 'kysely';
import { expect, it } from 'vitest';

import { ensureEventPartitions } from '../events/index.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { compileConditions } from './compile-conditions.ts';
import { countSegment } from './count-segment.ts';
import { listSegmentProfiles, pageSegment } from './page-segment.ts';
import type { SegmentPage } from './page-segment.ts';
import { conditionOf } from './testing/condition-of.ts';
import { testProfile } from './testing/evaluate-segment.ts';
import { NOW } from './testing/sample-values.ts';
import { storeProfiles } from './testing/store-profiles.ts';

/** As many people as that; every third is tagged. */
async function population(count: number) {
  const database = await testDatabase();
  const workspaceId = await testWorkspace(database.db);
  const people = Array.from({ length: count }, (_, index) =>
    testProfile({ customId: `c${index}`, attributes: { index }, tags: index % 3 === 0 ? ['vip'] : [] }),
  );
  await storeProfiles(database.db, workspaceId, people);
  const vips = people.filter(({ tags }) => tags.length > 0).map(({ id }) => id);
  return {
    ...database,
    workspaceId,
    people,
    vips,
    [Symbol.asyncDispose]: async () => await database[Symbol.asyncDispose](),
  };
}

const VIP = conditionOf({ tag: 'vip' });

it('counts a segment and shows those that are there longest', async () => {
  await using it = await population(40);
  const counted = await countSegment(it.db, it.workspaceId, NOW, VIP);
  if (counted.kind === 'too-slow') throw new Error(counted.kind);
  expect(counted.count).toBe(14);
  expect(counted.sample.map(({ id }) => id)).toEqual(it.vips.slice(0, 10));
  expect(counted.sample[1]).toEqual({
    id: it.vips[1],
    clientId: 4,
    uuid: null,
    customId: 'c3',
    email: null,
    attributes: { index: 3 },
    tags: ['vip'],
  });
});

it('gives up a count that takes too long, and says so', async () => {
  await using it = await population(1);
  const visited = conditionOf({ event: 'page.visit' });
  await it.db.transaction().execute(async (tx) => {
    await sql`lock table event in access exclusive mode`.execute(tx);
    const outcome = await countSegment(it.db, it.workspaceId, NOW, visited, { timeoutMs: 50 });
    expect(outcome).toEqual({ kind: 'too-slow' });
  });
  expect(await countSegment(it.db, it.workspaceId, NOW, visited)).toMatchObject({ kind: 'counted' });
  // The limit ended with its transaction.
  const { rows } = await sql<{ statement_timeout: string }>`show statement_timeout`.execute(it.db);
  expect(rows).toEqual([{ statement_timeout: '0' }]);
});

it('pages through a segment, each page after a bounded number of profiles', async () => {
  await using it = await population(25);
  const read = async (of: SegmentCondition | 'everyone', limit: number) => {
    const pages: SegmentPage[] = [];
    do {
      pages.push(await pageSegment(it.db, it.workspaceId, NOW, of, pages.at(-1)?.next, limit));
    } while (pages.at(-1)?.next !== undefined);
    return pages;
  };
  for (const limit of [1, 4, 25, 26, 1_000]) {
    const pages = await read(VIP, limit);
    expect(pages.flatMap(({ profileIds }) => profileIds)).toEqual(it.vips);
    expect(pages).toHaveLength(Math.floor(25 / limit) + 1);
  }
  const everyone = await read('everyone', 10);
  expect(everyone.flatMap(({ profileIds }) => profileIds)).toEqual(it.people.map(({ id }) => id));
});

it('lists the profiles of a segment from any place', async () => {
  await using it = await population(2_100);
  const list = async (after: string | undefined, limit: number) => {
    const { profiles, next } = await listSegmentProfiles(it.db, it.workspaceId, NOW, VIP, { after, limit });
    return { ids: profiles.map(({ id }) => id), next };
  };
  const first = await list(undefined, 3);
  expect(first).toEqual({ ids: it.vips.slice(0, 3), next: it.vips[2] });
  expect((await list(first.next, 3)).ids).toEqual(it.vips.slice(3, 6));
  expect(await list(undefined, 1_000)).toEqual({ ids: it.vips, next: undefined });
});

it('reads only the partitions and the index that a period needs', async () => {
  await using database = await testDatabase();
  const { db } = database;
  const workspaceId = await testWorkspace(db);
  for (const month of ['2026-05-01', '2026-08-01', '2026-11-01'])
    await ensureEventPartitions(db, new Date(month));
  const days = Array.from({ length: 20 }, (_, index) => new Date(NOW.getTime() - index * 10 * 86_400_000));
  const visits = days.map((time) => ({ action: 'page.visit', time, receivedAt: time, params: {} }));
  const people = Array.from({ length: 1_000 }, () => testProfile({ events: visits }));
  await storeProfiles(db, workspaceId, people);
  await sql`analyze`.execute(db);
  const profiles = { kind: 'listed', ids: people.slice(0, 10).map(({ id }) => id) } as const;
  const plan = async (period: object | undefined) => {
    const visited = conditionOf({ event: 'page.visit', period });
    const { source, tests } = compileConditions([visited], { workspaceId, now: NOW, profiles });
    const { rows } = await sql<{ 'QUERY PLAN': string }>`
      explain select p.id, array[${sql.join(tests)}] from ${source}`.execute(db);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };
  const partitions = (text: string): Set<string> =>
    new Set(Array.from(text.matchAll(/ on (event_(?:\d{4}_\d\d|default))/g), ([, name]) => name ?? ''));
  expect(partitions(await plan(undefined)).size).toBe(10);
  const recent = await plan({ last: { amount: 30, unit: 'day' } });
  expect(partitions(recent)).toEqual(
    new Set(['event_2026_10', 'event_2026_11', 'event_2026_12', 'event_2027_01', 'event_default']),
  );
  for (const month of ['event_2026_10', 'event_2026_11']) {
    const [scan = ''] = recent.split(' on ').filter((part) => part.startsWith(month));
    expect(scan).toMatch(/Index Cond: .*workspace_id = .*profile_id = ANY .*"?time"? >= .*"?time"? <= /);
  }
  // An event of October can be received in November.
  expect(partitions(await plan({ to: '2026-10-31' })).size).toBe(10);
});
