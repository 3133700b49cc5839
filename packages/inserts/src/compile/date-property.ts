import type { DateTime, Value } from '../values/value.ts';
import { zonedFields } from '../values/zoned-fields.ts';

/** The fields of a date in its zone: `date.year`, `date.month`, … */
export function dateProperty(date: DateTime, name: string): Value {
  const at = zonedFields(date.epochMs, date.zone);
  switch (name) {
    case 'year':
    case 'day':
    case 'hour':
    case 'minute':
    case 'second':
      return at[name];
    case 'month':
    case 'monthValue':
      return at.month;
    case 'dayOfMonth':
    case 'date':
      return at.day;
    case 'microsecond':
      return at.millisecond;
    case 'time':
      return date.epochMs;
    default:
      return null;
  }
}
