import { zoneOffset } from '../values/zoned-fields.ts';
import type { DatePart } from './date-pattern.ts';
import { localName } from './local-names.ts';

export interface ParsedDate {
  readonly epochMs: number;
  /** The date and time of day as they are written, as if they were UTC. */
  readonly localMs: number;
  /** The zone or offset that the text names; null if it names none. */
  readonly zone: string | null;
}

interface Fields {
  year: number;
  month: number;
  day: number;
  /** Counted from January 1, instead of month and day; null if the text has none. */
  dayOfYear: number | null;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
  afternoon: boolean | null;
  zone: string | null;
}

/** Reads a date that is written by the parts of a format; undefined if the text is written otherwise. */
export function parseDate(text: string, parts: readonly DatePart[], locale: string): ParsedDate | undefined {
  const fields: Fields = {
    year: 1970,
    month: 1,
    day: 1,
    dayOfYear: null,
    hour: 0,
    minute: 0,
    second: 0,
    millisecond: 0,
    afternoon: null,
    zone: null,
  };
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if (part.kind === 'local') return undefined;
    const next = parts[index + 1];
    const length =
      part.kind === 'text'
        ? text.startsWith(part.text, at)
          ? part.text.length
          : -1
        : readField(text, at, part.letter, part.width, next?.kind === 'field', fields, locale);
    if (length < 0) return undefined;
    at += length;
  }
  return at === text.length ? resolve(fields) : undefined;
}

function resolve(fields: Fields): ParsedDate | undefined {
  const { year, month, day, minute, second, millisecond, afternoon, zone } = fields;
  const hour = afternoon === null ? fields.hour : (fields.hour % 12) + (afternoon ? 12 : 0);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59)
    return undefined;
  const date = new Date(0);
  if (fields.dayOfYear === null) {
    // as in Java February 30 is the last day of February
    date.setUTCFullYear(year, month, 0);
    date.setUTCFullYear(year, month - 1, Math.min(day, date.getUTCDate()));
  } else {
    date.setUTCFullYear(year, 0, fields.dayOfYear);
    if (date.getUTCFullYear() !== year) return undefined;
  }
  date.setUTCHours(hour, minute, second, millisecond);
  const local = date.getTime();
  if (Number.isNaN(local)) return undefined;
  if (zone === null) return { epochMs: local, localMs: local, zone };
  const guess = zoneOffset(local, zone);
  if (guess === undefined) return undefined;
  const offset = zoneOffset(local - guess * 60_000, zone) ?? guess;
  return { epochMs: local - offset * 60_000, localMs: local, zone };
}

/** Reads a field into `fields`; its length, or -1. */
function readField(
  text: string,
  at: number,
  letter: string,
  width: number,
  adjacent: boolean,
  fields: Fields,
  locale: string,
): number {
  if ((letter === 'M' || letter === 'L') && width >= 3) return readMonth(text, at, width, fields, locale);
  if (letter === 'E') return /^\p{L}+\.?/u.exec(text.slice(at, at + 20))?.[0].length ?? -1;
  if (letter === 'a') {
    const found = /^([ap])\.?m\.?/i.exec(text.slice(at, at + 4));
    if (found === null) return -1;
    fields.afternoon = found[1]?.toLowerCase() === 'p';
    return found[0].length;
  }
  if ('ZXxOzVv'.includes(letter)) return readZone(text, at, letter, fields);
  return readNumber(text, at, letter, width, adjacent, fields);
}

function readNumber(
  text: string,
  at: number,
  letter: string,
  width: number,
  adjacent: boolean,
  fields: Fields,
): number {
  const exact = adjacent || width === 2 || letter === 'S';
  const digits = /^\d+/.exec(text.slice(at, at + (exact ? width : 9)))?.[0] ?? '';
  if (digits.length < width) return -1;
  const value = Number(digits);
  switch (letter) {
    case 'y':
    case 'u':
      fields.year = width === 2 ? 2000 + value : value;
      break;
    case 'M':
    case 'L':
      fields.month = value;
      break;
    case 'd':
      fields.day = value;
      break;
    case 'D':
      fields.dayOfYear = value;
      break;
    case 'H':
    case 'h':
    case 'K':
      fields.hour = value;
      break;
    case 'k':
      fields.hour = value % 24;
      break;
    case 'm':
      fields.minute = value;
      break;
    case 's':
      fields.second = value;
      break;
    case 'S':
      fields.millisecond = Math.floor(Number(`0.${digits}`) * 1000);
      break;
    default:
      return -1;
  }
  return digits.length;
}

function readMonth(text: string, at: number, width: number, fields: Fields, locale: string): number {
  for (let month = 0; month < 12; month++) {
    const middle = Date.UTC(2000, month, 15);
    const name = localName(middle, 'UTC', locale, 'month', width === 4 ? 'long' : 'short');
    if (name === '' || !text.startsWith(name, at)) continue;
    fields.month = month + 1;
    return name.length;
  }
  return -1;
}

function readZone(text: string, at: number, letter: string, fields: Fields): number {
  const pattern = 'zVv'.includes(letter)
    ? /^[A-Za-z]\w*(?:\/\w+)*(?:[+-]\d{1,2}(?::?\d{2})?)?/
    : /^(?:Z|(?:GMT)?[+-]\d{2}(?::?\d{2})?)/;
  const zone = pattern.exec(text.slice(at, at + 40))?.[0];
  if (zone === undefined) return -1;
  fields.zone = zone;
  return zone.length;
}
