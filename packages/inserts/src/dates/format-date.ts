import type { ZonedFields } from '../values/zoned-fields.ts';
import { zonedFields } from '../values/zoned-fields.ts';
import type { DatePart } from './date-pattern.ts';
import { localDate, localName, zoneName } from './local-names.ts';
import { dayOfWeek, dayOfYear, modifiedJulianDay, weekOfMonth, weekOfYear } from './week-fields.ts';

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

/** A year; two letters are its last two digits, four its sign too where it has more digits than letters. */
function year(value: number, width: number): string {
  if (width === 2) return number(Math.abs(value) % 100, 2);
  return (width >= 4 && value >= 10 ** width ? '+' : '') + number(value, width);
}

function quarter(value: number, width: number): string {
  if (width < 3) return number(value, width);
  if (width === 3) return `Q${value}`;
  return width === 5 ? String(value) : `${value}${['st', 'nd', 'rd', 'th'][value - 1] ?? ''} quarter`;
}

function style(width: number): 'long' | 'short' | 'narrow' {
  return width === 4 ? 'long' : width === 5 ? 'narrow' : 'short';
}

function nanoOfSecond(at: ZonedFields): number {
  return at.millisecond * 1_000_000;
}

function secondOfDay(at: ZonedFields): number {
  return (at.hour * 60 + at.minute) * 60 + at.second;
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
      return year(at.year, width);
    case 'Y':
      return year(weekOfYear(at, locale).year, width);
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
        ? number(dayOfWeek(at, locale), width)
        : localName(epochMs, zone, locale, 'weekday', style(width), letter === 'c');
    case 'w':
      return number(weekOfYear(at, locale).week, width);
    case 'W':
      return number(weekOfMonth(at, locale), width);
    case 'F':
      return number(((at.day - 1) % 7) + 1, width);
    case 'Q':
    case 'q':
      return quarter(Math.ceil(at.month / 3), width);
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
      return number(nanoOfSecond(at), width);
    case 'N':
      return String(BigInt(secondOfDay(at)) * 1_000_000_000n + BigInt(nanoOfSecond(at))).padStart(width, '0');
    case 'A':
      return number(secondOfDay(at) * 1000 + at.millisecond, width);
    case 'g':
      return number(modifiedJulianDay(at), width);
    case 'G':
      return localName(epochMs, zone, locale, 'era', style(width));
    case 'V':
      return zone;
    case 'z':
      return zoneName(epochMs, zone, locale, width === 4 ? 'long' : 'short');
    case 'v':
      return zoneName(epochMs, zone, locale, width === 4 ? 'longGeneric' : 'shortGeneric');
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
  if (letter === 'O' || (letter === 'Z' && width === 4)) {
    if (offset === 0) return 'GMT';
    if (width === 4) return `GMT${sign}${hours}:${minutes}`;
    return `GMT${sign}${Number(hours)}${minutes === '00' ? '' : `:${minutes}`}`;
  }
  if (letter === 'Z' && width === 5) return offset === 0 ? 'Z' : `${sign}${hours}:${minutes}`;
  if (letter === 'Z') return `${sign}${hours}${minutes}`;
  if (width === 1) return `${sign}${hours}${minutes === '00' ? '' : minutes}`;
  return width === 3 || width === 5 ? `${sign}${hours}:${minutes}` : `${sign}${hours}${minutes}`;
}
