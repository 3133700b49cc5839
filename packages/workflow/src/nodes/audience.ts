import { z } from 'zod';

import { durationMs, durationSchema } from '../duration.ts';
import { nodeLimitSchema } from '../node-limit.ts';
import { NEXT } from '../node-type.ts';
import type { NodeType } from '../node-type.ts';
import { uniqueNames } from '../output-name.ts';
import { namedChoiceSchema, segmentChoiceSchema } from '../segment-choice.ts';
import { checkSegment } from './profile-filter.ts';

const instant = z.iso.datetime({ offset: true });

/** When the audience is taken: once when the workflow starts, once at a time, or again and again. */
export const audienceScheduleSchema = z
  .discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('now') }),
    z.strictObject({ mode: z.literal('at'), at: instant }),
    z.strictObject({
      mode: z.literal('repeat'),
      /** At least a minute. */
      every: durationSchema.refine((every) => durationMs(every) >= 60_000, 'must be at least a minute'),
      /** Default: when the workflow starts. */
      from: instant.optional(),
      /** Default: for ever. */
      until: instant.optional(),
    }),
  ])
  .meta({ id: 'AudienceSchedule' });

export type AudienceSchedule = z.infer<typeof audienceScheduleSchema>;

export const audienceSettings = z.strictObject({
  /** Default: everyone. */
  audience: z.union([z.literal('everyone'), segmentChoiceSchema]).default('everyone'),
  schedule: audienceScheduleSchema.default({ mode: 'now' }),
  /**
   * Whether texts of the node's own conditions are templates, rendered when the audience is taken: for instance
   * `{{ timestamp|datetimeformat('%Y-%m-%d') }}`. They know no profile and no event. Default: no.
   */
  dynamic: z.boolean().default(false),
  /** One path for each segment; a profile of several takes the first, one of none does not start. Default: one path. */
  split: z
    .array(namedChoiceSchema)
    .min(1)
    .max(20)
    .refine(uniqueNames, 'two segments have the same name')
    .optional(),
  /** How often one profile may start a path here. Default: without limit. */
  profileLimit: nodeLimitSchema.optional(),
});

export type AudienceSettings = z.infer<typeof audienceSettings>;

/** Starts a path for every profile of a segment. There is no event: `{{ event.* }}` is empty. */
export function audience(output: string | undefined): NodeType<AudienceSettings> {
  return {
    type: 'audience',
    role: 'trigger',
    settings: audienceSettings,
    outputs: ({ split }) => split?.map(({ name }) => name) ?? [NEXT],
    check: ({ audience: chosen, split }, environment) => [
      ...(chosen === 'everyone' ? [] : checkSegment(chosen, 'settings.audience', environment)),
      ...(split ?? []).flatMap((choice, index) =>
        checkSegment(choice, `settings.split[${index}]`, environment),
      ),
    ],
    arrive: () => ({ kind: 'pass', output: output ?? NEXT }),
  };
}

/** The next time after `after` (not before it) at which the audience is taken; undefined where it is over. */
export function nextAudience(
  schedule: AudienceSchedule,
  startedAt: Date,
  after: Date | undefined,
): Date | undefined {
  switch (schedule.mode) {
    case 'now':
      return after === undefined ? startedAt : undefined;
    case 'at': {
      const at = new Date(schedule.at);
      return after === undefined ? later(at, startedAt) : undefined;
    }
    case 'repeat': {
      const from = schedule.from === undefined ? startedAt : new Date(schedule.from);
      const every = durationMs(schedule.every);
      const least = after === undefined ? startedAt.getTime() : after.getTime() + 1;
      const turns = Math.max(0, Math.ceil((least - from.getTime()) / every));
      const next = new Date(from.getTime() + turns * every);
      return schedule.until !== undefined && next > new Date(schedule.until) ? undefined : next;
    }
  }
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}
