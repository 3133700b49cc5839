import { z } from 'zod';

import { eventNameSchema } from '../event-name.ts';
import { NEXT } from '../node-type.ts';
import type { NodeType } from '../node-type.ts';

export const generateEventSettings = z.strictObject({
  event: z.strictObject({ name: eventNameSchema, displayName: z.string().min(1).max(200).optional() }),
  /** The parameters: a JSON object, which may contain inserts. Default: none. */
  params: z.string().max(65_536).default('{}'),
});

export type GenerateEventSettings = z.infer<typeof generateEventSettings>;

/** Writes an event to the profile. It can start other workflows. */
export const generateEvent: NodeType<GenerateEventSettings> = {
  type: 'generate-event',
  role: 'action',
  settings: generateEventSettings,
  outputs: () => [NEXT],
  templates: ({ params }) => [{ field: 'params', source: params, output: 'json' }],
  generates: ({ event }) => [event],
  arrive: () => ({ kind: 'act' }),
};
