import { z } from 'zod';

import { durationMs } from '../duration.ts';
import type { Duration } from '../duration.ts';

/**
 * How an instant is written in an attribute, a parameter or a condition: an ISO 8601 date of the years 0001 to 9999 that
 * the calendar has, with an optional time and offset. Read alike by JavaScript and by PostgreSQL, which casts what
 * matches without an error.
 */
export const INSTANT_PATTERN = [
  '^(?:[0-9]{4}-(?:',
  '(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|',
  '(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|',
  '02-(?:0[1-9]|1[0-9]|2[0-8]))|',
  '(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)',
  '(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,9})?)?',
  '(?:Z|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)?)?$',
].join('');

const instant = new RegExp(INSTANT_PATTERN);
const parts = /^(.{10})(?:.(..:..)(?::(..)(?:\.(\d+))?)?(?:Z|([+-]\d\d):?(\d\d)?)?)?$/;

/**
 * The instant that a text names; undefined where it names none. Without an offset it is UTC, a date alone its first
 * moment; what is finer than a millisecond is cut off.
 */
export function readInstant(text: string): Date | undefined {
  if (!instant.test(text) || text.startsWith('0000')) return undefined;
  const [, date, time = '00:00', seconds = '00', fraction = '', hours = '+00', minutes = '00'] =
    parts.exec(text) ?? [];
  return new Date(`${date}T${time}:${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}${hours}:${minutes}`);
}

/** An instant as an author writes it. */
export const instantSchema = z
  .string()
  .refine(
    (text) => readInstant(text) !== undefined,
    'must be a date or a date and time, such as 2026-11-24 or 2026-11-24T09:30:00Z',
  );

/** A span of time; both ends belong to it. An end that is absent is open. */
export interface Span {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

export function within(instant: Date, { from, to }: Span): boolean {
  return (from === undefined || instant >= from) && (to === undefined || instant <= to);
}

/** The span of two written ends. */
export function spanOf(ends: { from?: string | undefined; to?: string | undefined }): Span {
  return {
    from: ends.from === undefined ? undefined : readInstant(ends.from),
    to: ends.to === undefined ? undefined : readInstant(ends.to),
  };
}

/** The time of that length that ends now. */
export function spanBefore(now: Date, duration: Duration): Span {
  return { from: new Date(now.getTime() - durationMs(duration)), to: now };
}

/** The time of that length that starts now. */
export function spanAfter(now: Date, duration: Duration): Span {
  return { from: now, to: new Date(now.getTime() + durationMs(duration)) };
}
