import { describe, expect, it } from 'vitest';

import { recordedAnswer } from '../testing.ts';

const context = { t: 1695989087498, newYear: 1704067199000 };

/** The second of each pair is what Jinjava 2.8.3 prints (LegacyOverrides.NONE, no nested interpretation). */
function cases(name: string, table: readonly (readonly [string, string])[]): void {
  describe(`dates as Jinjava prints them: ${name}`, () => {
    it.each(table)('%s', (template, expected) => {
      expect(recordedAnswer(template, context)).toBe(expected);
    });
  });
}

cases('styles of dates', [
  [
    "{{ t|format_date }}|{{ t|format_date('short') }}|{{ t|format_date('long') }}|{{ t|format_date('full') }}",
    'Sep 29, 2023|9/29/23|September 29, 2023|Friday, September 29, 2023',
  ],
  [
    "{{ t|format_time }}|{{ t|format_time('short') }}|{{ t|format_time('long') }}|{{ t|format_time('full') }}",
    '12:04:47 PM|12:04 PM|12:04:47 PM Z|12:04:47 PM Z',
  ],
  [
    "{{ t|format_datetime('medium', 'Europe/Warsaw') }}|{{ t|format_datetime('long', 'Europe/Warsaw') }}",
    'Sep 29, 2023, 2:04:47 PM|September 29, 2023 at 2:04:47 PM CEST',
  ],
  [
    "{{ t|format_datetime('full', 'Europe/Warsaw', 'de') }}",
    'Freitag, 29. September 2023 um 14:04:47 Mitteleuropäische Sommerzeit',
  ],
  [
    "{{ t|format_date('long', 'UTC', 'pl') }}|{{ t|format_date('short', 'UTC', 'en-GB') }}|{{ t|format_date('medium', 'UTC', 'ja') }}",
    '29 września 2023|29/09/2023|2023/09/29',
  ],
  [
    "{{ t|format_time('long', 'Asia/Kolkata', 'fr') }}|{{ t|format_time('long', '+02:00') }}|{{ t|format_time('full', '+02:00') }}",
    '17:34:47 IST|2:04:47 PM +02:00|2:04:47 PM +02:00',
  ],
]);

cases('Java patterns', [
  [
    "{{ t|format_datetime('yyyy yy y uuuu') }}|{{ t|format_datetime('M MM MMM MMMM MMMMM L LL') }}",
    '2023 23 2023 2023|9 09 Sep September S 9 09',
  ],
  ["{{ t|format_datetime('d dd D DDD F E EEEE EEEEE e ee eee') }}", '29 29 272 272 1 Fri Friday F 6 06 Fri'],
  [
    "{{ t|format_datetime('a h hh H HH k K m mm s ss S SSS SSSSSS n A N') }}",
    'PM 12 12 12 12 12 0 4 04 47 47 4 498 498000 498000000 43487498 43487498000000',
  ],
  [
    "{{ 0|format_datetime('h K k H') }}|{{ t|format_datetime('G GGGG GGGGG q qqq QQQQ g') }}",
    '12 0 24 0|AD Anno Domini A 3 Q3 3rd quarter 60216',
  ],
  ["{{ t|format_datetime('z zzzz VV X XXX x Z ZZZZ ZZZZZ O OOOO') }}", 'Z Z Z Z Z +00 +0000 GMT Z GMT GMT'],
  [
    "{{ t|format_datetime('z VV X XXX x Z ZZZZ O OOOO', 'Europe/Warsaw') }}",
    'CEST Europe/Warsaw +02 +02:00 +02 +0200 GMT+02:00 GMT+2 GMT+02:00',
  ],
  [
    "{{ t|format_datetime('z VV XX xxx Z O OOOO', '+05:30') }}",
    '+05:30 +05:30 +0530 +05:30 +0530 GMT+5:30 GMT+05:30',
  ],
  ["{{ t|format_date(\"d 'of' MMMM, ''yy\") }}|{{ t|format_time('HH:mm') }}", "29 of September, '23|12:04"],
]);

cases('weeks', [
  [
    "{{ newYear|format_date('YYYY w W e') }}|{{ newYear|format_date('YYYY w W e', 'UTC', 'de-DE') }}|{{ newYear|format_date('YYYY w W e', 'UTC', 'de') }}",
    '2024 1 6 1|2023 52 4 7|2024 1 6 1',
  ],
  [
    "{{ 0|format_date('Y w W e', 'UTC', 'pl-PL') }}|{{ 0|format_date('Y w W e', 'UTC', 'en-US') }}|{{ 0|format_date('Y w W e', 'UTC', 'pt-PT') }}",
    '1970 1 1 4|1970 1 1 5|1969 53 0 5',
  ],
  [
    "{{ 1609459200000|format_date('Y w W e', 'UTC', 'fr-FR') }}|{{ 1483228800000|format_date('Y w', 'UTC', 'sv-SE') }}|{{ 1483228800000|format_date('Y w', 'UTC', 'ja-JP') }}",
    '2020 53 0 5|2016 52|2017 1',
  ],
  [
    "{{ newYear|datetimeformat('%U %W %w %j') }}|{{ newYear|datetimeformat('%U %W %w', 'UTC', 'en-GB') }}",
    '01 01 1 365|52 52 7',
  ],
]);

cases('codes', [
  [
    "{{ t|datetimeformat }}|{{ t|datetimeformat('%Y-%m-%d %H:%M:%S.%f %z %Z') }}|{{ t|datetimeformat('%a %A %b %B %p %I %y %e %k %l %%') }}",
    '12:04 / 29-09-2023|2023-09-29 12:04:47.498000 +0000 UTC|Fri Friday Sep September PM 12 23 29 12 12 %',
  ],
  [
    "{{ t|datetimeformat('%-d.%-m.%-y %-H:%-M:%-S %-j %-I') }}|[{{ t|datetimeformat('%-e%-k%-l%-p%-w%-z%-Z') }}]",
    '29.9.2023 12:4:47 272 12|[]',
  ],
  [
    "{{ t|datetimeformat('%c') }}|{{ t|datetimeformat('%x') }}|{{ t|datetimeformat('%X') }}",
    'Sep 29, 2023, 12:04:47 PM|9/29/23|12:04:47 PM',
  ],
  [
    "{{ t|datetimeformat('%A %d. %B', 'Europe/Berlin', 'de') }}|{{ t|datetimeformat('%a %b', 'UTC', 'pl') }}|{{ t|datetimeformat('%b', 'UTC', 'ja') }}",
    'Freitag 29. September|pt. wrz|9月',
  ],
  [
    "{{ t|datetimeformat('%H:%M %Z', 'America/New_York') }}|{{ t|datetimeformat('%Z', '+02:00') }}|[{{ t|datetimeformat(none) }}]|{{ t|datetimeformat('yyyy') }}",
    '08:04 EDT|+02:00|[]|2023',
  ],
]);

cases('reading dates', [
  [
    "{{ '2023-02-30'|strtodate('yyyy-MM-dd') }}|{{ '2023-272'|strtodate('yyyy-DDD') }}|{{ '29.9.2023'|strtodate('d.M.yyyy') }}",
    '2023-02-28 00:00:00|2023-09-29 00:00:00|2023-09-29 00:00:00',
  ],
  [
    "{{ '2023-09-29T12:04:47+02:00'|strtotime(\"yyyy-MM-dd'T'HH:mm:ssXXX\") }}|{{ '2023-09-29T12:04:47+0200'|strtotime('%Y-%m-%dT%H:%M:%S%z')|unixtimestamp }}",
    '2023-09-29 12:04:47|1695981887000',
  ],
]);

cases('dates as values', [
  [
    "{{ today() }}|{{ today('Europe/Warsaw') }}|{{ today('+02:00') }}|{{ today('UTC') }}",
    '2023-11-14T00:00Z|2023-11-14T00:00+01:00[Europe/Warsaw]|2023-11-15T00:00+02:00|2023-11-14T00:00Z[UTC]',
  ],
  [
    "{{ today()|datetimeformat('%d/%m') }}|{{ today().hour }}|{{ type(today()) }}|{{ today()|unixtimestamp }}",
    '14/11|0|datetime|1699920000000',
  ],
  [
    "{% set d = t|plus_time(1, 'months') %}{{ d }}|{{ d.year }}/{{ d.month }}/{{ d.day }}/{{ d.date }}|{{ d|between_times(t, 'days') }}|{{ type(d) }}",
    '2023-10-29 12:04:47|2023/10/29/29|-30|datetime',
  ],
  [
    "{{ 1706659200000|plus_time(1, 'months') }}|{{ 1709164800000|minus_time(1, 'years') }}|{{ t|plus_time(2, 'weeks') }}|{{ t|minus_time(36, 'HOURS') }}",
    '2024-02-29 00:00:00|2023-02-28 00:00:00|2023-10-13 12:04:47|2023-09-28 00:04:47',
  ],
  [
    "{{ t|between_times(newYear, 'months') }}|{{ newYear|between_times(t, 'weeks') }}|{{ t|between_times(newYear, 'halfdays') }}|{{ t|between_times(newYear, 'years') }}",
    '3|-13|186|0',
  ],
]);
