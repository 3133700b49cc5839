import type { DateTime } from '../values/value.ts';
import { zoneOffset, zonedFields } from '../values/zoned-fields.ts';

const second = 1000;
const day = 86_400 * second;

/** Units of a fixed length in milliseconds. Days and weeks are of the calendar, see `plus`. */
const lengths: ReadonlyMap<string, number> = new Map([
  ['nanos', 1e-6],
  ['micros', 1e-3],
  ['millis', 1],
  ['seconds', second],
  ['minutes', 60 * second],
  ['hours', 3600 * second],
  ['halfdays', 12 * 3600 * second],
  ['days', day],
  ['weeks', 7 * day],
]);

const months: ReadonlyMap<string, number> = new Map([
  ['months', 1],
  ['years', 12],
  ['decades', 120],
  ['centuries', 1200],
  ['millennia', 12_000],
]);

export function isTimeUnit(unit: string): boolean {
  return lengths.has(unit) || months.has(unit);
}

/** The wall-clock time in the zone of a date, as if it were UTC. */
function localTime(date: DateTime): number {
  return date.epochMs + (zoneOffset(date.epochMs, date.zone) ?? 0) * 60_000;
}

function fromLocal(local: number, zone: string): number {
  const guess = zoneOffset(local, zone) ?? 0;
  const offset = zoneOffset(local - guess * 60_000, zone) ?? guess;
  return local - offset * 60_000;
}

/** The instant `amount` units later. Units from days on keep the time of day of the zone; short months cut the day. */
export function plusUnits(date: DateTime, amount: number, unit: string): number {
  const inMonths = months.get(unit);
  if (inMonths !== undefined) return fromLocal(addMonths(localTime(date), amount * inMonths), date.zone);
  const length = lengths.get(unit) ?? 0;
  if (length < day) return Math.trunc(date.epochMs + amount * length);
  return fromLocal(localTime(date) + amount * length, date.zone);
}

function addMonths(local: number, count: number): number {
  const at = new Date(local);
  const wantedDay = at.getUTCDate();
  at.setUTCDate(1);
  at.setUTCMonth(at.getUTCMonth() + count);
  const lastDay = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  at.setUTCDate(Math.min(wantedDay, lastDay));
  return at.getTime();
}

/** Whole units from `start` to `end`, cut towards 0. */
export function unitsBetween(start: DateTime, end: DateTime, unit: string): number {
  const inMonths = months.get(unit);
  if (inMonths !== undefined) return Math.trunc(monthsBetween(start, end) / inMonths) + 0;
  const length = lengths.get(unit) ?? 1;
  const [from, to] = length < day ? [start.epochMs, end.epochMs] : [localTime(start), localTime(end)];
  return Math.trunc((to - from) / length) + 0;
}

function monthsBetween(start: DateTime, end: DateTime): number {
  const from = zonedFields(start.epochMs, start.zone);
  const to = zonedFields(end.epochMs, start.zone);
  const whole = (to.year - from.year) * 12 + to.month - from.month;
  const past = addMonths(localTime(start), whole) - localTime(end);
  if (whole > 0 && past > 0) return whole - 1;
  return whole < 0 && past < 0 ? whole + 1 : whole;
}
