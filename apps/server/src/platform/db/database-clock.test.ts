import fc from 'fast-check';
import { sql } from 'kysely';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { testDatabase } from '../../testing/test-database.ts';
import { createLog } from '../log.ts';
import { offsetBy, openDatabaseClock } from './database-clock.ts';

describe("the database's clock", () => {
  afterEach(() => void vi.useRealTimers());

  it('is not that of the process, and goes on', async () => {
    await using database = await testDatabase();
    const { db } = database;
    const clock = await openDatabaseClock(db, createLog('fatal'));
    try {
      vi.useFakeTimers({ toFake: ['Date'], now: new Date('2001-01-01T00:00:00Z') });
      const time = async (): Promise<number> => {
        const { rows } = await sql<{ at: string }>`
          select extract(epoch from clock_timestamp()) * 1000 as at`.execute(db);
        return Number(rows[0]?.at);
      };
      for (let look = 0; look < 20; look++) {
        const least = await time();
        const now = clock.now().getTime();
        const most = await time();
        // A look is as exact as a query is fast.
        expect(now).toBeGreaterThan(least - 250);
        expect(now).toBeLessThan(most + 250);
      }
    } finally {
      clock.close();
    }
  });
});

describe('a look at it', () => {
  const time = fc.double({ min: 0, max: 1e9, noNaN: true });
  const looks = fc
    .record({ before: time, truth: fc.double({ min: -1e9, max: 1e9, noNaN: true }), took: time, when: time })
    .map(({ before, truth, took, when }) => {
      const after = before + took;
      return { truth, look: { before, after, at: truth + before + Math.min(when, took) } };
    });

  it('brings what is known nearer to the truth, and never further away', () => {
    fc.assert(
      fc.property(looks, time, ({ truth, look }, known) => {
        const rounding = 1e-3;
        const next = offsetBy(look, known);
        expect(Math.abs(next - truth)).toBeLessThanOrEqual(Math.abs(known - truth) + rounding);
        expect(Math.abs(next - truth)).toBeLessThanOrEqual(look.after - look.before + rounding);
      }),
    );
  });

  it('changes nothing that it does not contradict', () => {
    fc.assert(
      fc.property(looks, ({ truth, look }) => {
        expect(offsetBy(look, truth)).toBeCloseTo(truth, 3);
      }),
    );
  });
});
