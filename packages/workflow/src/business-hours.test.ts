import { describe, expect, it } from 'vitest';

import { businessHoursSchema, nextBusinessMoment } from './business-hours.ts';
import { periodStart } from './node-limit.ts';
import { stableShare } from './stable-share.ts';

const hours = (input: object = {}) => businessHoursSchema.parse(input);
const next = (text: string, input: object = {}, zone = 'Europe/Berlin') =>
  nextBusinessMoment(new Date(text), hours(input), zone).toISOString();

describe('business hours', () => {
  it.each([
    // a Wednesday
    ['2026-11-25T10:30:00.000Z', '2026-11-25T10:30:00.000Z'],
    ['2026-11-25T07:59:59.000Z', '2026-11-25T08:00:00.000Z'],
    ['2026-11-25T16:00:00.000Z', '2026-11-26T08:00:00.000Z'],
    // Friday evening to Monday
    ['2026-11-27T20:00:00.000Z', '2026-11-30T08:00:00.000Z'],
    // over a month's end, and over the change of the clocks
    ['2026-10-23T20:00:00.000Z', '2026-10-26T08:00:00.000Z'],
    ['2026-03-27T20:00:00.000Z', '2026-03-30T07:00:00.000Z'],
  ])('after %s begin at %s', (text, expected) => {
    expect(next(text)).toBe(expected);
  });

  it('have days, times and a zone of their own', () => {
    const sunday = { days: [7], from: '22:00', to: '23:30', timeZone: 'Asia/Tokyo' };
    expect(next('2026-11-25T10:30:00.000Z', sunday)).toBe('2026-11-29T13:00:00.000Z');
    expect(businessHoursSchema.safeParse({ from: '17:00', to: '09:00' }).success).toBe(false);
  });
});

describe('the period of a limit', () => {
  const start = (
    per: 'workflow' | 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month',
    zone = 'Europe/Berlin',
  ) => periodStart({ count: 1, per }, new Date('2026-11-25T23:30:15.250Z'), zone).toISOString();

  it('follows the calendar of the zone', () => {
    expect(start('second')).toBe('2026-11-25T23:30:15.000Z');
    expect(start('minute')).toBe('2026-11-25T23:30:00.000Z');
    expect(start('hour')).toBe('2026-11-25T23:00:00.000Z');
    expect(start('hour', 'Asia/Kathmandu')).toBe('2026-11-25T23:15:00.000Z');
    expect(start('day')).toBe('2026-11-25T23:00:00.000Z');
    expect(start('day', 'UTC')).toBe('2026-11-25T00:00:00.000Z');
    expect(start('week')).toBe('2026-11-22T23:00:00.000Z');
    expect(start('month')).toBe('2026-10-31T23:00:00.000Z');
    expect(start('workflow')).toBe('1970-01-01T00:00:00.000Z');
  });
});

describe('a stable share', () => {
  it('is the same each time, and even', () => {
    expect(stableShare('a')).toBe(stableShare('a'));
    const buckets = Array.from({ length: 10 }, () => 0);
    for (let index = 0; index < 20_000; index++) {
      const bucket = Math.floor(stableShare(`person${index}`) * 10);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    // The standard deviation of a bucket is 42.
    for (const bucket of buckets) expect(Math.abs(bucket - 2_000)).toBeLessThan(250);
  });
});
