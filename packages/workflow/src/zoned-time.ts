/** A point on the calendar and the clock of a time zone. */
export interface ZonedTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether the runtime knows the IANA time zone. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    // Intl tells an unknown zone by throwing.
    return false;
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(timeZone, format);
  return format;
}

/** What calendar and clock of the zone show at an instant. */
export function zonedTimeOf(instant: Date, timeZone: string): ZonedTime {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  };
}

const asUtc = ({ year, month, day, hour, minute, second }: ZonedTime): number =>
  Date.UTC(year, month - 1, day, hour, minute, second);

/**
 * The instant at which the zone's clock shows this. A time that is skipped when clocks go forward is taken as far
 * after the gap as it lies in it; of one that comes twice, the first is taken. Days beyond a month's end roll over.
 */
export function instantOf(time: ZonedTime, timeZone: string): Date {
  const wanted = asUtc(time);
  const offsetAt = (instant: number): number => asUtc(zonedTimeOf(new Date(instant), timeZone)) - instant;
  // The offsets of a day before and after are all that can apply.
  const before = wanted - offsetAt(wanted - 86_400_000);
  const after = wanted - offsetAt(wanted + 86_400_000);
  const exact = [before, after].filter((instant) => instant + offsetAt(instant) === wanted);
  return new Date(exact.length > 0 ? Math.min(...exact) : before);
}

/** 1 (Monday) to 7 (Sunday). */
export function weekdayOf({ year, month, day }: ZonedTime): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() || 7;
}
