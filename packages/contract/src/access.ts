import { z } from 'zod';

const identitySchema = z
  .object({
    kind: z.enum(['session', 'api-key']),
    user: z.object({ name: z.string() }).optional().describe('Who is logged in; absent for an API key'),
    workspace: z.object({ guid: z.uuid(), name: z.string(), timeZone: z.string() }),
    expiresAt: z.iso
      .datetime()
      .optional()
      .describe('When the session ends at the latest; 12 hours without a request end it, too'),
  })
  .meta({ id: 'Identity' });

const credentials = z
  .strictObject({
    user: z
      .string()
      .min(1)
      .max(200)
      .regex(/^\P{Cc}*$/u, 'must not have control characters'),
    password: z.string().min(1).max(1_024),
  })
  .meta({ id: 'LogIn' });

/** What anybody may call. */
export const loginEndpoints = {
  'POST /api/session': {
    summary: 'Logs in: sets the cookie laurel_session, in place of the one that the browser has.',
    body: credentials,
    response: identitySchema,
  },
} as const;

export const sessionEndpoints = {
  'GET /api/session': {
    summary: 'Who the request comes from: a user who is logged in, or an API key.',
    response: identitySchema,
  },
  'DELETE /api/session': {
    summary: 'Logs out: the session ends at once.',
    response: z.object({}),
  },
} as const;
