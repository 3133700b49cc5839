/** An instant taken apart in a time zone. `offset` is in minutes east of UTC, `weekday` counts from Sunday = 0. */
export interface ZonedFields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  readonly weekday: number;
  readonly offset: number;
}

const fixedOffset = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?$/;
const maxKept = 64;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Minutes east of UTC at an instant, or undefined if there is no such zone. */
export function zoneOffset(epochMs: number, zone: string): number | undefined {
  if (zone === 'UTC' || zone === 'Z' || zone === 'GMT') return 0;
  const fixed = fixedOffset.exec(zone);
  if (fixed !== null) {
    const minutes = Number(fixed[2]) * 60 + Number(fixed[3] ?? 0);
    return minutes > 18 * 60 ? undefined : (fixed[1] === '-' ? -minutes : minutes) + 0;
  }
  const format = formatOf(zone);
  if (format === undefined) return undefined;
  let asUtc = 0;
  const fields = new Map(format.formatToParts(epochMs).map((part) => [part.type, Number(part.value)]));
  const of = (type: Intl.DateTimeFormatPartTypes) => fields.get(type) ?? 0;
  const date = new Date(0);
  date.setUTCFullYear(of('year'), of('month') - 1, of('day'));
  date.setUTCHours(of('hour'), of('minute'), of('second'), ((epochMs % 1000) + 1000) % 1000);
  asUtc = date.getTime();
  return Math.round((asUtc - epochMs) / 60_000);
}

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  let made: Intl.DateTimeFormat;
  try {
    made = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    // RangeError is how Intl says that it knows no such zone
    return undefined;
  }
  if (formats.size >= maxKept) formats.clear();
  formats.set(zone, made);
  return made;
}

/** Takes an instant apart; in UTC if there is no such zone. */
export function zonedFields(epochMs: number, zone: string): ZonedFields {
  const offset = zoneOffset(epochMs, zone) ?? 0;
  const local = new Date(epochMs + offset * 60_000);
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    millisecond: local.getUTCMilliseconds(),
    weekday: local.getUTCDay(),
    offset,
  };
}
