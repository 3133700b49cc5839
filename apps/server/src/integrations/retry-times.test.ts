import { describe, expect, it } from 'vitest';

import { RetryTimes } from './retry-times.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const shortage = (more = {}) => ({ nowMs: NOW, freeMs: NOW + 3_000, permitMs: 100, ...more });
const seconds = (times: Map<string, Date>) =>
  Object.fromEntries([...times].map(([id, at]) => [id, (at.getTime() - NOW) / 1_000]));

describe('requests that got no permit', () => {
  it('come back one batch after the other', () => {
    const times = new RetryTimes();
    const batch = new Map([['w', 50]]);
    expect([1, 2, 3].map(() => seconds(times.assign(batch, shortage()))['w'])).toEqual([3, 8, 13]);
  });

  it('do not wait for another workflow, which then moves the slower', () => {
    const times = new RetryTimes();
    for (let batch = 0; batch < 4; batch++) times.assign(new Map([['large', 100]]), shortage());
    expect(seconds(times.assign(new Map([['small', 2]]), shortage()))).toEqual({ small: 3 });
    expect(seconds(times.assign(new Map([['large', 100]]), shortage()))).toEqual({ large: 43 });
    expect(seconds(times.assign(new Map([['large', 100]]), shortage()))).toEqual({ large: 63 });
  });

  it('are not sent away for longer than five minutes', () => {
    const times = new RetryTimes();
    const batch = new Map([['w', 1_000]]);
    for (let count = 0; count < 10; count++) {
      expect(seconds(times.assign(batch, shortage()))['w']).toBeLessThanOrEqual(300);
    }
  });

  it('do not wait for themselves when they come back too early', () => {
    const times = new RetryTimes();
    times.assign(new Map([['w', 50]]), shortage());
    const back = shortage({ nowMs: NOW + 3_000, freeMs: NOW + 3_400 });
    expect(seconds(times.assign(new Map([['w', 20]]), back))).toEqual({ w: 3.4 });
  });

  it('stand in no line any more when its time has passed', () => {
    const times = new RetryTimes();
    times.assign(new Map([['w', 50]]), shortage());
    const later = shortage({ nowMs: NOW + 20_000, freeMs: NOW + 20_500 });
    expect(seconds(times.assign(new Map([['w', 1]]), later))).toEqual({ w: 20.5 });
  });
});
