import { z } from 'zod';

import { instantOf, isTimeZone, weekdayOf, zonedTimeOf } from './zoned-time.ts';

const clock = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 09:00');

/** When people work: the days of the week, from one time of the day until another. */
export const businessHoursSchema = z
  .strictObject({
    /** 1 (Monday) to 7 (Sunday). Default: Monday to Friday. */
    days: z.array(z.int().min(1).max(7)).min(1).default([1, 2, 3, 4, 5]),
    from: clock.default('09:00'),
    /** Exclusive; after `from`. */
    to: clock.default('17:00'),
    /** Default: the workspace's. */
    timeZone: z.string().refine(isTimeZone, 'is not a time zone').optional(),
  })
  .refine(({ from, to }) => from < to, { path: ['to'], message: 'must be after "from"' })
  .meta({ id: 'BusinessHours' });

export type BusinessHours = z.infer<typeof businessHoursSchema>;

/** The instant itself where it lies in business hours, else their next beginning. */
export function nextBusinessMoment(instant: Date, hours: BusinessHours, workspaceZone: string): Date {
  const zone = hours.timeZone ?? workspaceZone;
  const shown = zonedTimeOf(instant, zone);
  const time = `${pad(shown.hour)}:${pad(shown.minute)}`;
  const worksToday = hours.days.includes(weekdayOf(shown));
  if (worksToday && time >= hours.from && time < hours.to) return instant;
  const [hour = 0, minute = 0] = hours.from.split(':').map(Number);
  for (let ahead = worksToday && time < hours.from ? 0 : 1; ; ahead++) {
    const day = { ...shown, day: shown.day + ahead, hour, minute, second: 0 };
    if (hours.days.includes(weekdayOf(day))) return instantOf(day, zone);
  }
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
