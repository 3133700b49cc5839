import { z } from 'zod';

import { eventNameSchema, FORBIDDEN_TRIGGERS } from '../event-name.ts';
import type { SettingsIssue } from '../issue.ts';
import { nodeLimitSchema } from '../node-limit.ts';
import { NEXT } from '../node-type.ts';
import type { CheckEnvironment, NodeType } from '../node-type.ts';
import { whereSchema } from '../where.ts';

export const profileEventSettings = z.strictObject({
  /** The event that starts a path. */
  event: eventNameSchema,
  /** Conditions on its parameters; one event must satisfy all. Default: none. */
  where: z.array(whereSchema).max(50).default([]),
  /** How often one profile may start a path here. Default: without limit. */
  profileLimit: nodeLimitSchema.optional(),
});

export type ProfileEventSettings = z.infer<typeof profileEventSettings>;

/** Starts a path when a profile's event is received. */
export const profileEvent: NodeType<ProfileEventSettings> = {
  type: 'profile-event',
  role: 'trigger',
  settings: profileEventSettings,
  outputs: () => [NEXT],
  check: ({ event }, environment) => {
    if (!FORBIDDEN_TRIGGERS.has(event)) return checkEventName(event, environment);
    return [
      {
        severity: 'error',
        code: 'forbidden-trigger',
        field: 'settings.event',
        message: `${event} is written by workflows themselves and cannot start one`,
      },
    ];
  },
  arrive: () => ({ kind: 'pass', output: NEXT }),
};

/** An event that nobody has defined or sent yet may be a misspelled one. */
export function checkEventName(event: string, environment: CheckEnvironment): SettingsIssue[] {
  if (environment.hasEventDefinition(event)) return [];
  return [
    {
      severity: 'warning',
      code: 'unknown-event',
      field: 'settings.event',
      message: `no event named ${event} is defined or was received so far`,
    },
  ];
}
