import type { DateTime } from './value.ts';
import { zonedFields } from './zoned-fields.ts';

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** A date as it prints by itself: `2023-09-29 12:04:47` in its zone. */
export function formatJavaDate(date: DateTime): string {
  const at = zonedFields(date.epochMs, date.zone);
  return (
    `${pad(at.year, 4)}-${pad(at.month, 2)}-${pad(at.day, 2)} ` +
    `${pad(at.hour, 2)}:${pad(at.minute, 2)}:${pad(at.second, 2)}`
  );
}
