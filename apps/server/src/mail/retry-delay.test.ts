import { expect, it } from 'vitest';

import { MAX_ATTEMPTS, retryDelay } from './retry-delay.ts';

it('waits longer after each attempt, a fifth more or less, and ends', () => {
  const minutes = [0.5, 2, 10, 60, 240];
  for (const [index, delay] of minutes.entries()) {
    const drawn = Array.from({ length: 200 }, () => retryDelay(index + 1, MAX_ATTEMPTS) ?? 0);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(delay * 60_000 * 0.8);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(delay * 60_000 * 1.2);
    expect(new Set(drawn).size).toBeGreaterThan(100);
  }
  expect(retryDelay(6, MAX_ATTEMPTS)).toBeUndefined();
});

it('begins anew for a mail that was released after some attempts', () => {
  expect(retryDelay(4, 3 + MAX_ATTEMPTS)).toBeLessThan(40_000);
  expect(retryDelay(8, 3 + MAX_ATTEMPTS)).toBeGreaterThan(180 * 60_000);
  expect(retryDelay(9, 3 + MAX_ATTEMPTS)).toBeUndefined();
});
