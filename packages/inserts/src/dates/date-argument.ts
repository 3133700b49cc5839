import type { Runtime } from '../runtime/runtime.ts';
import { kindOf } from '../values/convert.ts';
import { isNumber, toFloat } from '../values/numbers.ts';
import { print } from '../values/print.ts';
import { DateTime } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { zoneOffset } from '../values/zoned-fields.ts';

/** The furthest instant that JavaScript knows: the year 275760. */
const furthest = 8.64e15;

/** A time zone by its name; an error if there is none of that name. */
export function zoneArgument(value: Value | undefined, fallback: string, rt: Runtime): string {
  if (value === undefined || value === null) return fallback;
  const zone = print(value, rt);
  return zoneOffset(0, zone) === undefined
    ? rt.fail('time-zone', `There is no time zone ${JSON.stringify(zone)}.`)
    : zone;
}

/** A number of epoch milliseconds or a date as an instant; null is now. */
export function instantOf(value: Value, rt: Runtime): number {
  // dates go through Intl, which takes some microseconds
  rt.steps(150);
  const epochMs = value === null ? rt.now : value instanceof DateTime ? value.epochMs : numberOf(value, rt);
  if (Number.isNaN(epochMs) || Math.abs(epochMs) > furthest)
    return rt.fail('date-range', 'This date is out of range.');
  return Math.trunc(epochMs);
}

function numberOf(value: Value, rt: Runtime): number {
  return isNumber(value) ? toFloat(value) : rt.fail('type', `A date is needed, not ${kindOf(value)}.`);
}

/** An instant, checked to be one that JavaScript knows. */
export function dateAt(epochMs: number, zone: string, rt: Runtime): DateTime {
  rt.steps(150);
  if (!(Math.abs(epochMs) <= furthest)) return rt.fail('date-range', 'This date is out of range.');
  return new DateTime(epochMs, zone);
}
