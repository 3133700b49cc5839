const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

/**
 * Reads an ISO 8601 date with an optional time and offset; without an offset it is UTC. Finer than a millisecond is
 * cut off. Undefined for anything else, and for a date that no calendar has, such as 2026-02-30.
 */
export function parseInstant(text: string): Date | undefined {
  const match = ISO.exec(text.trim());
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const millisecond = Number((match[7] ?? '0').padEnd(3, '0').slice(0, 3));
  const local = new Date(0);
  local.setUTCFullYear(year ?? 0, (month ?? 0) - 1, day ?? 0);
  local.setUTCHours(hour ?? 0, minute ?? 0, second ?? 0, millisecond);
  const sane =
    local.getUTCMonth() === (month ?? 0) - 1 && local.getUTCDate() === day && local.getUTCHours() === hour;
  const offset = offsetMinutes(match[8]);
  if (!sane || (minute ?? 0) > 59 || (second ?? 0) > 59 || offset === undefined) return undefined;
  return new Date(local.getTime() - offset * 60_000);
}

function offsetMinutes(text: string | undefined): number | undefined {
  if (text === undefined || text.toUpperCase() === 'Z') return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(3).replace(':', '') || '0');
  if (hours > 18 || minutes > 59) return undefined;
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
