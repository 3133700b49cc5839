import { z } from 'zod';

/** The name of an event: 2 to 32 letters, digits, `.`, `-` and `_`; by convention `context.activity`. */
export const eventNameSchema = z
  .string()
  .regex(/^[a-zA-Z0-9._-]{2,32}$/, 'must be 2 to 32 letters, digits, ".", "-" or "_"');

/** What workflows themselves write to a profile: a workflow that such an event starts would never stop. */
export const FORBIDDEN_TRIGGERS: ReadonlySet<string> = new Set([
  'automation.clientStartPath',
  'automation.clientPathStep',
  'automation.clientEndPath',
]);
