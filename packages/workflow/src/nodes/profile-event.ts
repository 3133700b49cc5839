import { z } from 'zod';

import { eventNameSchema, FORBIDDEN_TRIGGERS } from '../event-name.ts';
import { NEXT } from '../node-type.ts';
import type { NodeType } from '../node-type.ts';
import { whereSchema } from '../where.ts';

export const profileEventSettings = z.strictObject({
  /** The event that starts a path. */
  event: eventNameSchema,
  /** Conditions on its parameters; one event must satisfy all. Default: none. */
  where: z.array(whereSchema).max(50).default([]),
});

export type ProfileEventSettings = z.infer<typeof profileEventSettings>;

/** Starts a path when a profile's event is received. */
export const profileEvent: NodeType<ProfileEventSettings> = {
  type: 'profile-event',
  role: 'trigger',
  settings: profileEventSettings,
  outputs: () => [NEXT],
  check: (settings, environment) => {
    if (FORBIDDEN_TRIGGERS.has(settings.event)) {
      return [
        {
          severity: 'error',
          code: 'forbidden-trigger',
          field: 'settings.event',
          message: `${settings.event} is written by workflows themselves and cannot start one`,
        },
      ];
    }
    if (environment.hasEventDefinition(settings.event)) return [];
    return [
      {
        severity: 'warning',
        code: 'unknown-event',
        field: 'settings.event',
        message: `no event named ${settings.event} is defined or was received so far`,
      },
    ];
  },
  arrive: () => ({ kind: 'pass', output: NEXT }),
};
