import { z } from 'zod';

import { instantOf, weekdayOf, zonedTimeOf } from './zoned-time.ts';

/** How often one profile may pass a node: so many times in the whole workflow, or in each calendar period. */
export const nodeLimitSchema = z
  .strictObject({
    count: z.int().min(1).max(1_000_000),
    per: z.enum(['workflow', 'second', 'minute', 'hour', 'day', 'week', 'month']),
  })
  .meta({ id: 'NodeLimit' });

export type NodeLimit = z.infer<typeof nodeLimitSchema>;

/** Where the whole workflow is the period, it began here. */
const EVER = new Date(0);

/** The beginning of the period that an instant lies in, by the calendar of the zone; weeks begin on Monday. */
export function periodStart({ per }: NodeLimit, instant: Date, timeZone: string): Date {
  const shown = zonedTimeOf(instant, timeZone);
  switch (per) {
    case 'workflow':
      return EVER;
    case 'second':
      return new Date(Math.floor(instant.getTime() / 1_000) * 1_000);
    case 'minute':
      return new Date(Math.floor(instant.getTime() / 60_000) * 60_000);
    case 'hour':
      return new Date(
        instant.getTime() - (shown.minute * 60 + shown.second) * 1_000 - instant.getMilliseconds(),
      );
    case 'day':
      return midnight(shown.day);
    case 'week':
      return midnight(shown.day - weekdayOf(shown) + 1);
    case 'month':
      return midnight(1);
  }

  function midnight(day: number): Date {
    return instantOf({ ...shown, day, hour: 0, minute: 0, second: 0 }, timeZone);
  }
}

/** In words, for the reason of what the limit held back. */
export function describeLimit({ count, per }: NodeLimit): string {
  return `${count} per ${per}`;
}
