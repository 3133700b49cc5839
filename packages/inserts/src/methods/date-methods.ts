import { dateProperty } from '../compile/date-property.ts';
import { dateAt, zoneArgument } from '../dates/date-argument.ts';
import { plusUnits } from '../dates/time-units.ts';
import { formatDateTime } from '../filters/date-filters.ts';
import type { MethodDefinition } from '../library.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { DateTime } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { indexArgument, textOfArgument } from './method-arguments.ts';

function getter(name: string, field: string): MethodDefinition<DateTime> {
  return { name, summary: `The ${field} of the date.`, call: (date) => dateProperty(date, field) };
}

function shift(name: string, unit: string, sign: 1 | -1): MethodDefinition<DateTime> {
  return {
    name,
    summary: `The date some ${unit} ${sign > 0 ? 'later' : 'earlier'}.`,
    call: (date, args, rt) => dateAt(plusUnits(date, sign * indexArgument(args, 0, rt), unit), date.zone, rt),
  };
}

function otherDate([other = null]: readonly Value[], rt: Runtime): DateTime {
  return other instanceof DateTime ? other : rt.fail('method-arguments', 'This method needs a date.');
}

const units = ['Seconds', 'Minutes', 'Hours', 'Days', 'Weeks', 'Months', 'Years'];

/** Methods of dates, Java's and Python's. */
export const dateMethods: readonly MethodDefinition<DateTime>[] = [
  {
    name: 'strftime',
    summary: 'The date by a format of % codes or a Java pattern.',
    call: (date, args, rt) => formatDateTime(date, [textOfArgument(args, 0, rt)], rt),
  },
  {
    name: 'isoformat',
    summary: 'The date as 2023-09-29.',
    call: (date, _, rt) => formatDateTime(date, ['yyyy-MM-dd'], rt),
  },
  {
    name: 'withDateFormat',
    summary: 'The same date, printed by a format from then on.',
    call: (date, args, rt) => new DateTime(date.epochMs, date.zone, textOfArgument(args, 0, rt)),
  },
  {
    name: 'withZoneSameInstant',
    summary: 'The same instant in another time zone.',
    call: (date, [zone], rt) => new DateTime(date.epochMs, zoneArgument(zone, date.zone, rt), date.format),
  },
  { name: 'getTime', summary: 'The epoch milliseconds of the date.', call: (date) => date.epochMs },
  {
    name: 'isBefore',
    summary: 'True if another date is later.',
    call: (date, args, rt) => date.epochMs < otherDate(args, rt).epochMs,
  },
  {
    name: 'isAfter',
    summary: 'True if another date is earlier.',
    call: (date, args, rt) => date.epochMs > otherDate(args, rt).epochMs,
  },
  getter('getYear', 'year'),
  getter('getMonth', 'month'),
  getter('getMonthValue', 'month'),
  getter('getDay', 'day'),
  getter('getDayOfMonth', 'day'),
  getter('getHour', 'hour'),
  getter('getMinute', 'minute'),
  getter('getSecond', 'second'),
  getter('getMicrosecond', 'microsecond'),
  ...units.flatMap((unit) => [
    shift(`plus${unit}`, unit.toLowerCase(), 1),
    shift(`minus${unit}`, unit.toLowerCase(), -1),
  ]),
];
