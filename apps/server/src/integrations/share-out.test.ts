import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { shareOut } from './share-out.ts';

describe('permits that are shared out', () => {
  it('go to the small asker as to the large one', () => {
    const counts = new Map([
      ['large', 100],
      ['small', 3],
      ['middle', 10],
    ]);
    expect(Object.fromEntries(shareOut(12, counts, 0))).toEqual({ large: 5, small: 3, middle: 4 });
    expect(Object.fromEntries(shareOut(200, counts, 0))).toEqual({ large: 100, small: 3, middle: 10 });
  });

  it('go to another one each time where there is one only', () => {
    const counts = new Map([
      ['a', 5],
      ['b', 5],
    ]);
    expect([0, 1, 2, 3].map((start) => shareOut(1, counts, start).get('a'))).toEqual([1, 0, 1, 0]);
  });

  it('are all given, none twice, and as evenly as the askers allow', () => {
    const asked = fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), fc.nat({ max: 50 }));
    fc.assert(
      fc.property(asked, fc.nat({ max: 200 }), fc.nat(), (given, total, start) => {
        const counts = new Map(Object.entries(given));
        const shares = shareOut(total, counts, start);
        expect([...shares.keys()]).toEqual([...counts.keys()]);
        const wanted = [...counts.values()].reduce((sum, count) => sum + count, 0);
        const sum = [...shares.values()].reduce((all, count) => all + count, 0);
        expect(sum).toBe(Math.min(total, wanted));
        const most = Math.max(0, ...shares.values());
        for (const [asker, share] of shares) {
          const count = counts.get(asker) ?? 0;
          expect(share).toBeLessThanOrEqual(count);
          // Who did not get all has got as much as anybody, but for the one that does not go evenly.
          expect(share === count || share >= most - 1).toBe(true);
        }
      }),
    );
  });
});
