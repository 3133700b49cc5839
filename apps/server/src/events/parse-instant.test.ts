import { describe, expect, it } from 'vitest';

import { parseInstant } from './parse-instant.ts';

describe('an instant', () => {
  it.each([
    ['2026-11-24T09:30:00Z', '2026-11-24T09:30:00.000Z'],
    ['2026-11-24 09:30', '2026-11-24T09:30:00.000Z'],
    ['2026-11-24', '2026-11-24T00:00:00.000Z'],
    ['2026-11-24T09:30:00.123456789+0530', '2026-11-24T04:00:00.123Z'],
    ['2026-11-24T09:30:00-01', '2026-11-24T10:30:00.000Z'],
    ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00.000Z'],
    ['2024-02-29T23:59:59,9Z', '2024-02-29T23:59:59.900Z'],
  ])('%s is %s', (text, expected) => {
    expect(parseInstant(text)?.toISOString()).toBe(expected);
  });

  it.each([
    '2026-02-30',
    '2026-13-01',
    '2026-11-24T24:00:00Z',
    '2026-11-24T23:60:00Z',
    '2026-11-24T10:00:00+19:00',
    'x',
    '',
  ])('%j is none', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});
