import { formatDate } from '../dates/format-date.ts';
import { parseDateFormat } from '../dates/strftime.ts';
import type { DateTime } from './value.ts';

const plain = parseDateFormat('yyyy-MM-dd HH:mm:ss') ?? [];

/** A date as it prints by itself: `2023-09-29 12:04:47` in its zone, or by the format that it was given. */
export function formatJavaDate(date: DateTime): string {
  const parts = date.format === null ? plain : (parseDateFormat(date.format) ?? plain);
  return formatDate(date.epochMs, date.zone, 'en-US', parts);
}
