import type { ZonedFields } from '../values/zoned-fields.ts';
import { zonedFields } from '../values/zoned-fields.ts';
import { localDate, localName } from './local-names.ts';

/** A part of a date format: text, a field by its letter and how often it stands there, or a style of the locale. */
export type DatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly letter: string; readonly width: number }
  | { readonly kind: 'local'; readonly styles: Pick<Intl.DateTimeFormatOptions, 'dateStyle' | 'timeStyle'> };

const fieldLetters = 'GuyDMLdQqwWEecahKkHmsSAnNVvzOXxZBY';

/** The parts of a Java date pattern such as `yyyy-MM-dd'T'HH:mm`; undefined if it is none. */
export function parseDatePattern(pattern: string): DatePart[] | undefined {
  const parts: DatePart[] = [];
  for (let at = 0; at < pattern.length;) {
    const character = pattern.charAt(at);
    if (character === "'") {
      const end = closingQuote(pattern, at + 1);
      if (end < 0) return undefined;
      const quoted = pattern.slice(at + 1, end).replaceAll("''", "'");
      parts.push({ kind: 'text', text: quoted === '' ? "'" : quoted });
      at = end + 1;
    } else if (/[A-Za-z]/.test(character)) {
      if (!fieldLetters.includes(character)) return undefined;
      let end = at;
      while (pattern.charAt(end) === character) end++;
      parts.push({ kind: 'field', letter: character, width: end - at });
      at = end;
    } else if (character === '{' || character === '}' || character === '#') return undefined;
    else {
      if (character !== '[' && character !== ']') parts.push({ kind: 'text', text: character });
      at++;
    }
  }
  return parts;
}

function closingQuote(pattern: string, from: number): number {
  for (let at = from; at < pattern.length; at++) {
    if (pattern.charAt(at) !== "'") continue;
    if (pattern.charAt(at + 1) !== "'") return at;
    at++;
  }
  return -1;
}

/** A date written by the parts of a format. */
export function formatDate(
  epochMs: number,
  zone: string,
  locale: string,
  parts: readonly DatePart[],
): string {
  const at = zonedFields(epochMs, zone);
  let text = '';
  for (const part of parts) {
    if (part.kind === 'text') text += part.text;
    else if (part.kind === 'local') text += localDate(epochMs, zone, locale, part.styles);
    else text += formatField(part.letter, part.width, at, epochMs, zone, locale);
  }
  return text;
}

function number(value: number, width: number): string {
  const text = String(Math.abs(value)).padStart(width, '0');
  return value < 0 ? `-${text}` : text;
}

function style(width: number): 'long' | 'short' | 'narrow' {
  return width === 4 ? 'long' : width === 5 ? 'narrow' : 'short';
}

function dayOfYear(at: ZonedFields): number {
  return Math.round((Date.UTC(at.year, at.month - 1, at.day) - Date.UTC(at.year, 0, 1)) / 86_400_000) + 1;
}

/** Weeks start on Sunday, and the one of January 1 is the first, as in Java for the locale en-US. */
function weekOfYear(at: ZonedFields): number {
  const firstWeekday = (((at.weekday - (dayOfYear(at) - 1)) % 7) + 7) % 7;
  return Math.floor((dayOfYear(at) - 1 + firstWeekday) / 7) + 1;
}

function formatField(
  letter: string,
  width: number,
  at: ZonedFields,
  epochMs: number,
  zone: string,
  locale: string,
): string {
  const hour12 = at.hour % 12 === 0 ? 12 : at.hour % 12;
  switch (letter) {
    case 'y':
    case 'u':
    case 'Y':
      return width === 2 ? number(Math.abs(at.year) % 100, 2) : number(at.year, width);
    case 'M':
    case 'L':
      if (width < 3) return number(at.month, width);
      return localName(epochMs, zone, locale, 'month', style(width), letter === 'L');
    case 'd':
      return number(at.day, width);
    case 'D':
      return number(dayOfYear(at), width);
    case 'E':
      return localName(epochMs, zone, locale, 'weekday', style(Math.max(3, width)));
    case 'e':
    case 'c':
      return width < 3
        ? number(at.weekday + 1, width)
        : localName(epochMs, zone, locale, 'weekday', style(width));
    case 'w':
      return number(weekOfYear(at), width);
    case 'Q':
    case 'q':
      return number(Math.ceil(at.month / 3), width);
    case 'a':
      return localName(epochMs, zone, locale, 'dayPeriod', 'short');
    case 'H':
      return number(at.hour, width);
    case 'k':
      return number(at.hour === 0 ? 24 : at.hour, width);
    case 'h':
      return number(hour12, width);
    case 'K':
      return number(at.hour % 12, width);
    case 'm':
      return number(at.minute, width);
    case 's':
      return number(at.second, width);
    case 'S':
      return number(at.millisecond, 3).padEnd(width, '0').slice(0, width);
    case 'n':
      return number(at.millisecond * 1_000_000, width);
    case 'G':
      return localName(epochMs, zone, locale, 'era', width === 4 ? 'long' : 'short');
    case 'V':
      return zone;
    case 'z':
    case 'v':
      return zone === 'Z'
        ? 'Z'
        : localName(epochMs, zone, locale, 'timeZoneName', width === 4 ? 'long' : 'short');
    default:
      return offsetText(letter, width, at.offset);
  }
}

/** `Z`, `X`, `x` and `O`: the difference to UTC. */
function offsetText(letter: string, width: number, offset: number): string {
  if (letter === 'X' && offset === 0) return 'Z';
  const sign = offset < 0 ? '-' : '+';
  const hours = number(Math.floor(Math.abs(offset) / 60), 2);
  const minutes = number(Math.abs(offset) % 60, 2);
  if (letter === 'O')
    return offset === 0 ? 'GMT' : `GMT${sign}${Number(hours)}${minutes === '00' ? '' : `:${minutes}`}`;
  if (letter === 'Z' && width === 5) return offset === 0 ? 'Z' : `${sign}${hours}:${minutes}`;
  if (letter === 'Z') return `${sign}${hours}${minutes}`;
  if (width === 1) return `${sign}${hours}${minutes === '00' ? '' : minutes}`;
  return width === 3 || width === 5 ? `${sign}${hours}:${minutes}` : `${sign}${hours}${minutes}`;
}
