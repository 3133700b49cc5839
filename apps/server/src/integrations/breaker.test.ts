import { describe, expect, it } from 'vitest';

import { askBreaker, CLOSED, openForMs, trips } from './breaker.ts';

describe('a breaker', () => {
  it.each([
    [9, 9, false],
    [10, 7, true],
    [10, 6, false],
    [100, 69, false],
    [100, 70, true],
    [0, 0, false],
  ])('opens after %i calls with %i failures: %s', (calls, failures, expected) => {
    expect(trips(calls, failures)).toBe(expected);
  });

  it('stays open for 30 s, twice as long each time, and at most 10 minutes', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 100].map((opening) => openForMs(opening) / 1_000)).toEqual([
      30, 60, 120, 240, 480, 600, 600, 600,
    ]);
  });

  it('says what may go when', () => {
    const at = (seconds: number) => new Date(Date.parse('2026-11-24T12:00:00Z') + seconds * 1_000);
    const open = { openings: 1, retryAt: at(30), probeUntil: undefined };
    expect(askBreaker(CLOSED, at(0))).toEqual({ kind: 'closed' });
    expect(askBreaker(open, at(29))).toEqual({ kind: 'open', retryAt: at(30) });
    expect(askBreaker(open, at(30))).toEqual({ kind: 'probe' });
    const probing = { ...open, probeUntil: at(65) };
    expect(askBreaker(probing, at(31))).toEqual({ kind: 'open', retryAt: at(36) });
    expect(askBreaker(probing, at(64))).toEqual({ kind: 'open', retryAt: at(65) });
    expect(askBreaker(probing, at(65))).toEqual({ kind: 'probe' });
  });
});
