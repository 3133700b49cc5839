import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ensureEventPartitions } from '../events/index.ts';
import { newId } from '../platform/ids.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { countSegment } from './count-segment.ts';
import { matchSegments } from './match-segments.ts';
import { pageSegment } from './page-segment.ts';
import { conditions, profiles } from './testing/arbitrary-segments.ts';
import { evaluateSegment } from './testing/evaluate-segment.ts';
import { NOW } from './testing/sample-values.ts';
import { storeProfiles } from './testing/store-profiles.ts';

describe('matching, counting and paging profiles', () => {
  it('agrees with the plain meaning of the conditions', async () => {
    await using database = await testDatabase();
    for (const month of ['2026-08-01', '2026-11-01'])
      await ensureEventPartitions(database.db, new Date(month));
    let matches = 0;
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(profiles, { minLength: 3, maxLength: 12 }),
        fc.array(conditions, { minLength: 1, maxLength: 10 }),
        async (drawn, asks) => {
          const workspaceId = await testWorkspace(database.db);
          const people = drawn.map((profile) => ({ ...profile, id: newId() }));
          await storeProfiles(database.db, workspaceId, people);
          const ids = people.map(({ id }) => id);
          const matched = await matchSegments(database.db, workspaceId, NOW, asks, ids);
          const expected = asks.map(
            (ask) => new Set(people.filter((one) => evaluateSegment(ask, one, NOW)).map(({ id }) => id)),
          );
          expect(matched).toEqual(expected);
          const counted = await countSegment(database.db, workspaceId, NOW, asks[0]!);
          expect(counted).toMatchObject({
            count: expected[0]!.size,
            sample: [...expected[0]!].slice(0, 10).map((id) => ({ id })),
          });
          const page = await pageSegment(database.db, workspaceId, NOW, asks[0]!, ids[1], 4);
          expect(page.profileIds).toEqual(ids.slice(2, 6).filter((id) => expected[0]!.has(id)));
          asked += ids.length * asks.length;
          matches += expected.reduce((sum, { size }) => sum + size, 0);
        },
      ),
      { numRuns: 300 },
    );
    // A property that never holds, or always, would prove little.
    expect(matches).toBeGreaterThan(asked / 10);
    expect(matches).toBeLessThan((asked * 9) / 10);
  });
});
