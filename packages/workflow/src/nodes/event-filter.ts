import { z } from 'zod';

import { durationMs, durationSchema } from '../duration.ts';
import { eventNameSchema } from '../event-name.ts';
import { MATCHED, NOT_MATCHED } from '../node-type.ts';
import type { NodeType } from '../node-type.ts';
import { whereSchema } from '../where.ts';
import { checkEventName } from './profile-event.ts';

export const eventFilterSettings = z.strictObject({
  event: eventNameSchema,
  /** Conditions on its parameters; one event must satisfy all. Default: none. */
  where: z.array(whereSchema).max(50).default([]),
  /** How long the path waits, from its arrival; then it leaves by "not matched". Default: until the path's cap. */
  timeLimit: durationSchema.optional(),
});

export type EventFilterSettings = z.infer<typeof eventFilterSettings>;

/** Waits for an event of the profile, which from then on is what `{{ event.* }}` stands for. */
export const eventFilter: NodeType<EventFilterSettings> = {
  type: 'event-filter',
  role: 'condition',
  settings: eventFilterSettings,
  outputs: ({ timeLimit }) => (timeLimit === undefined ? [MATCHED] : [MATCHED, NOT_MATCHED]),
  check: ({ event }, environment) => checkEventName(event, environment),
  arrive: ({ event, where, timeLimit }, { now }) => ({
    kind: 'wait',
    until: timeLimit === undefined ? undefined : new Date(now.getTime() + durationMs(timeLimit)),
    event: { name: event, where },
  }),
};
