import { dateAt, instantOf, zoneArgument } from '../dates/date-argument.ts';
import { formatByStyle, formatDateTime, readDate } from '../filters/date-filters.ts';
import type { FunctionDefinition } from '../library.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { print } from '../values/print.ts';
import { DateTime } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { zonedFields } from '../values/zoned-fields.ts';

function midnight(zone: string, rt: Runtime): number {
  const at = zonedFields(rt.now, zone);
  return rt.now - ((at.hour * 60 + at.minute) * 60 + at.second) * 1000 - at.millisecond;
}

/** A text in the format that is the second argument; null for null. */
function read(args: readonly Value[], needsZone: boolean, rt: Runtime): Value {
  const [text = null, format = null] = args;
  if (text === null) return null;
  if (format === null) return rt.fail('function-arguments', 'A date format is needed.');
  return readDate(print(text, rt), print(format, rt), needsZone, rt);
}

export const dateFunctions: readonly FunctionDefinition[] = [
  {
    name: 'datetimeformat',
    summary: 'As the filter of this name; now if the date is null.',
    params: ['date', 'format', 'timezone', 'locale'],
    call: ([date = null, ...args], _, rt) => formatDateTime(date, args, rt),
  },
  {
    name: 'format_date',
    summary: 'As the filter of this name.',
    params: ['date', 'format', 'timezone', 'locale'],
    call: ([date = null, ...args], _, rt) => formatByStyle(date, args, rt, (dateStyle) => ({ dateStyle })),
  },
  {
    name: 'format_time',
    summary: 'As the filter of this name.',
    params: ['date', 'format', 'timezone', 'locale'],
    call: ([date = null, ...args], _, rt) => formatByStyle(date, args, rt, (timeStyle) => ({ timeStyle })),
  },
  {
    name: 'format_datetime',
    summary: 'As the filter of this name.',
    params: ['date', 'format', 'timezone', 'locale'],
    call: ([date = null, ...args], _, rt) =>
      formatByStyle(date, args, rt, (both) => ({ dateStyle: both, timeStyle: both })),
  },
  {
    name: 'unixtimestamp',
    summary: 'The epoch milliseconds of a date; those of now without one.',
    params: ['date'],
    call: ([date = null], _, rt) => instantOf(date, rt),
  },
  {
    name: 'today',
    summary: 'The beginning of this day in a time zone (UTC).',
    params: ['timezone'],
    call([name], _, rt) {
      const zone = zoneArgument(name, 'Z', rt);
      // it prints as Java prints a time with its zone, unlike every other date
      const format = `yyyy-MM-dd'T'HH:mmXXX${/^(?:Z|[+-].*)$/.test(zone) ? '' : "'['VV']'"}`;
      return new DateTime(dateAt(midnight(zone, rt), zone, rt).epochMs, zone, format);
    },
  },
  {
    name: 'strtotime',
    summary: 'As the filter of this name.',
    params: ['text', 'format'],
    call: (args, _, rt) => read(args, true, rt),
  },
  {
    name: 'strtodate',
    summary: 'As the filter of this name.',
    params: ['text', 'format'],
    call: (args, _, rt) => read(args, false, rt),
  },
];
