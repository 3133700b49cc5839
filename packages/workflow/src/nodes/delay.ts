import { z } from 'zod';

import { businessHoursSchema, nextBusinessMoment } from '../business-hours.ts';
import { durationMs, durationSchema } from '../duration.ts';
import { NEXT } from '../node-type.ts';
import type { NodeType } from '../node-type.ts';

const businessHours = businessHoursSchema.optional();

export const delaySettings = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('duration'), duration: durationSchema, businessHours }),
  /** One that is past does not delay. */
  z.strictObject({ mode: z.literal('until'), at: z.iso.datetime({ offset: true }), businessHours }),
  z.strictObject({
    mode: z.literal('attribute'),
    /** A date of the profile: ISO 8601, or a number of milliseconds since 1970. One without a zone is the workspace's. */
    attribute: z.string().min(1).max(200),
    /** How long before or after that date. Default: at the date itself. */
    offset: durationSchema.extend({ direction: z.enum(['before', 'after']) }).optional(),
    /** What becomes of a profile without such a date. Default: `skip`: its path stops here. */
    ifMissing: z.enum(['skip', 'pass']).default('skip'),
    businessHours,
  }),
]);

export type DelaySettings = z.infer<typeof delaySettings>;

/** Keeps a path for some time. A date of the profile is read when the path arrives. */
export const delay: NodeType<DelaySettings> = {
  type: 'delay',
  role: 'flow',
  settings: delaySettings,
  outputs: () => [NEXT],
  arrive: (settings, { now, timeZone }) => {
    switch (settings.mode) {
      case 'duration': {
        const until = new Date(now.getTime() + durationMs(settings.duration));
        return { kind: 'wait', until: inHours(settings, until, timeZone), event: undefined };
      }
      case 'until':
        return {
          kind: 'wait',
          until: inHours(settings, later(now, new Date(settings.at)), timeZone),
          event: undefined,
        };
      case 'attribute':
        return { kind: 'act' };
    }
  },
};

/** Until when a delay by an attribute lasts, once the date is known. */
export function delayUntil(
  settings: Extract<DelaySettings, { mode: 'attribute' }>,
  date: Date,
  { now, timeZone }: { readonly now: Date; readonly timeZone: string },
): Date {
  const { offset } = settings;
  const shift = offset === undefined ? 0 : durationMs(offset) * (offset.direction === 'before' ? -1 : 1);
  return inHours(settings, later(now, new Date(date.getTime() + shift)), timeZone);
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}

function inHours({ businessHours: hours }: DelaySettings, instant: Date, timeZone: string): Date {
  return hours === undefined ? instant : nextBusinessMoment(instant, hours, timeZone);
}
