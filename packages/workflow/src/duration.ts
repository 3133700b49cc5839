import { z } from 'zod';

const UNIT_MS = {
  seconds: 1_000,
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
  weeks: 604_800_000,
} as const;

/** A length of time. A day is 24 hours, whatever the clocks do; months and years have no fixed length. */
export const durationSchema = z
  .strictObject({
    amount: z.number().positive().max(50_000),
    unit: z.enum(['seconds', 'minutes', 'hours', 'days', 'weeks']),
  })
  .meta({ id: 'Duration' });

export type Duration = z.infer<typeof durationSchema>;

export function durationMs({ amount, unit }: Duration): number {
  return Math.round(amount * UNIT_MS[unit]);
}
