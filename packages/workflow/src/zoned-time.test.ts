import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { instantOf, isTimeZone, weekdayOf, zonedTimeOf } from './zoned-time.ts';

const BERLIN = 'Europe/Berlin';
const at = (text: string) => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/\D/).map(Number);
  return { year, month, day, hour, minute, second: 0 };
};

describe('the time of a zone', () => {
  it.each([
    ['2026-07-01 09:00', BERLIN, '2026-07-01T07:00:00.000Z'],
    ['2026-12-01 09:00', BERLIN, '2026-12-01T08:00:00.000Z'],
    ['2026-01-01 00:00', 'Pacific/Kiritimati', '2025-12-31T10:00:00.000Z'],
    ['2026-02-30 12:00', 'UTC', '2026-03-02T12:00:00.000Z'],
    // skipped: as far after the gap as it lies in it
    ['2026-03-29 02:30', BERLIN, '2026-03-29T01:30:00.000Z'],
    // comes twice: the first
    ['2026-10-25 02:30', BERLIN, '2026-10-25T00:30:00.000Z'],
  ])('%s in %s is %s', (text, zone, expected) => {
    expect(instantOf(at(text), zone).toISOString()).toBe(expected);
  });

  it('is read back as it was', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }),
        fc.constantFrom('UTC', BERLIN, 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
        (date, zone) => {
          const instant = new Date(Math.floor(date.getTime() / 1_000) * 1_000);
          const shown = zonedTimeOf(instant, zone);
          expect(zonedTimeOf(instantOf(shown, zone), zone)).toEqual(shown);
        },
      ),
    );
  });

  it('knows weekdays and zones', () => {
    expect([weekdayOf(at('2026-11-23 0')), weekdayOf(at('2026-11-29 0'))]).toEqual([1, 7]);
    expect([isTimeZone(BERLIN), isTimeZone('Europe/Atlantis')]).toEqual([true, false]);
  });
});
