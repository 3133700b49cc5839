import { dateAt, instantOf, zoneArgument } from '../dates/date-argument.ts';
import { parseDatePattern } from '../dates/date-pattern.ts';
import type { DatePart } from '../dates/date-pattern.ts';
import { formatDate } from '../dates/format-date.ts';
import { parseDate } from '../dates/parse-date.ts';
import { defaultDateFormat, isStyle, parseDateFormat } from '../dates/strftime.ts';
import { isTimeUnit, plusUnits, unitsBetween } from '../dates/time-units.ts';
import type { Arguments, FilterDefinition } from '../library.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { parseInteger } from '../values/numbers.ts';
import { isNumber } from '../values/numbers.ts';
import { print } from '../values/print.ts';
import { DateTime } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { requiredText, textArgument } from './arguments.ts';

function partsOf(format: string, parse: (format: string) => readonly DatePart[] | undefined, rt: Runtime) {
  if (format.length > 1000) return rt.fail('date-format', 'This date format is too long.');
  return parse(format) ?? rt.fail('date-format', `${JSON.stringify(format)} is no date format.`);
}

/** `datetimeformat(format, zone, locale)`; nothing for a format that is null. */
export function formatDateTime(input: Value, args: Arguments, rt: Runtime): string {
  if (args[0] === null) return '';
  const zone = zoneArgument(args[1], input instanceof DateTime ? input.zone : 'UTC', rt);
  const parts = partsOf(textArgument(args, 0, rt) ?? defaultDateFormat, parseDateFormat, rt);
  return formatDate(instantOf(input, rt), zone, textArgument(args, 2, rt) ?? rt.locale, parts);
}

/** `format_date`, `format_time` and `format_datetime`: a style of the locale or a Java pattern. */
export function formatByStyle(
  input: Value,
  args: Arguments,
  rt: Runtime,
  of: (style: 'short' | 'medium' | 'long' | 'full') => Extract<DatePart, { kind: 'local' }>['styles'],
): string {
  const format = textArgument(args, 0, rt) ?? 'medium';
  // a zone that nobody named is the offset Z in Java, not the zone UTC
  const zone = zoneArgument(args[1], 'Z', rt);
  const parts: readonly DatePart[] = isStyle(format)
    ? [{ kind: 'local', styles: of(format) }]
    : partsOf(format, parseDatePattern, rt);
  return formatDate(instantOf(input, rt), zone, textArgument(args, 2, rt) ?? rt.locale, parts);
}

/** `strtotime` and `strtodate`. A time must name its zone; a date is midnight UTC of the day that is written. */
export function readDate(text: string, format: string, needsZone: boolean, rt: Runtime): DateTime {
  const parsed = parseDate(text, partsOf(format, parseDateFormat, rt), rt.locale);
  if (parsed === undefined || (needsZone && parsed.zone === null)) {
    const zone = parsed === undefined ? '' : ', which must name a time zone';
    return rt.fail('type', `${JSON.stringify(text.slice(0, 60))} is not written as ${format}${zone}.`);
  }
  if (!needsZone) return dateAt(Math.floor(parsed.localMs / 86_400_000) * 86_400_000, 'UTC', rt);
  return dateAt(parsed.epochMs, parsed.zone ?? 'UTC', rt);
}

function shifted(input: Value, args: Arguments, sign: 1 | -1, rt: Runtime): Value {
  const amount = parseInteger(textArgument(args, 0, rt) ?? '0');
  if (amount === undefined) return rt.fail('filter-arguments', 'The amount of time must be a whole number.');
  const unit = timeUnit(requiredText(args, 1, 'a unit of time', rt), rt);
  if (!isNumber(input) && !(input instanceof DateTime)) return input;
  const date = input instanceof DateTime ? input : new DateTime(instantOf(input, rt), 'UTC');
  return dateAt(plusUnits(date, sign * Number(amount), unit), date.zone, rt);
}

function timeUnit(name: string, rt: Runtime): string {
  const unit = name.toLowerCase();
  return isTimeUnit(unit) ? unit : rt.fail('filter-arguments', `${JSON.stringify(name)} is no unit of time.`);
}

function dateOf(value: Value, rt: Runtime): DateTime {
  return value instanceof DateTime ? value : new DateTime(instantOf(value, rt), 'UTC');
}

const iso =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/;

function fromIso(text: string, rt: Runtime): DateTime {
  const found = iso.exec(text.trim());
  if (found === null) return rt.fail('type', `${JSON.stringify(text.slice(0, 60))} is no ISO 8601 time.`);
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = found;
  const plain = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}${zone}`;
  const pattern = parseDatePattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
  const parsed = pattern === undefined ? undefined : parseDate(plain, pattern, 'en-US');
  return parsed === undefined
    ? rt.fail('type', `${JSON.stringify(text)} is no time.`)
    : dateAt(parsed.epochMs, zone === 'Z' ? 'UTC' : zone, rt);
}

const common = { params: [], naming: 'appended', keepsSafe: false } as const;

export const dateFilters: readonly FilterDefinition[] = [
  {
    ...common,
    name: 'datetimeformat',
    aliases: ['date'],
    summary: 'The date by `format` (%H:%M / %d-%m-%Y), in `timezone` (UTC) and `locale`.',
    params: ['format', 'timezone', 'locale'],
    apply: formatDateTime,
  },
  {
    ...common,
    name: 'format_date',
    summary: 'The date by `format` (medium): short, medium, long, full or a Java pattern.',
    params: ['format', 'timezone', 'locale'],
    apply: (input, args, rt) => formatByStyle(input, args, rt, (dateStyle) => ({ dateStyle })),
  },
  {
    ...common,
    name: 'format_time',
    summary: 'The time of day by `format` (medium): short, medium, long, full or a Java pattern.',
    params: ['format', 'timezone', 'locale'],
    apply: (input, args, rt) => formatByStyle(input, args, rt, (timeStyle) => ({ timeStyle })),
  },
  {
    ...common,
    name: 'format_datetime',
    summary: 'The date and time by `format` (medium): short, medium, long, full or a Java pattern.',
    params: ['format', 'timezone', 'locale'],
    apply: (input, args, rt) =>
      formatByStyle(input, args, rt, (both) => ({ dateStyle: both, timeStyle: both })),
  },
  {
    ...common,
    name: 'strtotime',
    summary: 'The time that the text says, written by `format`: a Java pattern or % codes.',
    params: ['format'],
    required: 1,
    apply(input, args, rt) {
      if (input === null) return null;
      if (typeof input !== 'string') return rt.fail('type', 'strtotime needs a text.');
      return readDate(input, requiredText(args, 0, 'a date format', rt), true, rt);
    },
  },
  {
    ...common,
    name: 'strtodate',
    summary: 'The day that the text says, written by `format`: a Java pattern or % codes.',
    params: ['format'],
    required: 1,
    apply: (input, args, rt) =>
      input === null
        ? null
        : readDate(print(input, rt), requiredText(args, 0, 'a date format', rt), false, rt),
  },
  {
    ...common,
    name: 'unixtimestamp',
    summary: 'The epoch milliseconds of a date; those of now for null.',
    apply: (input, _, rt) => instantOf(input, rt),
  },
  {
    ...common,
    name: 'plus_time',
    summary: 'The time `amount` units later; units: millis to millennia.',
    params: ['amount', 'unit'],
    required: 2,
    apply: (input, args, rt) => shifted(input, args, 1, rt),
  },
  {
    ...common,
    name: 'minus_time',
    summary: 'The time `amount` units earlier.',
    params: ['amount', 'unit'],
    required: 2,
    apply: (input, args, rt) => shifted(input, args, -1, rt),
  },
  {
    ...common,
    name: 'between_times',
    summary: 'The whole units from this time to `end`.',
    params: ['end', 'unit'],
    required: 2,
    apply: (input, args, rt) =>
      unitsBetween(
        dateOf(input, rt),
        dateOf(args[0] ?? null, rt),
        timeUnit(requiredText(args, 1, 'a unit', rt), rt),
      ),
  },
  {
    ...common,
    name: 'timestamp_to_time',
    summary: 'Epoch milliseconds as a date in `timezone` (UTC).',
    params: ['timezone'],
    apply: (input, args, rt) => dateAt(instantOf(input, rt), zoneArgument(args[0], 'UTC', rt), rt),
  },
  {
    ...common,
    name: 'iso8601_to_time',
    summary: 'An ISO 8601 text as a date.',
    apply: (input, _, rt) => (input === null ? null : fromIso(print(input, rt), rt)),
  },
];
