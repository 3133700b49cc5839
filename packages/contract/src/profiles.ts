import { z } from 'zod';

const instant = z.iso.datetime();
const values = z.record(z.string(), z.unknown());

export const profileSummarySchema = z
  .object({
    id: z.uuid(),
    clientId: z.int().describe('The number that the compatible API knows the profile by'),
    email: z.string().optional(),
    customId: z.string().optional(),
    uuid: z.string().optional().describe('Of a browser or device'),
    firstName: z.string().optional(),
    lastName: z.string().optional(),
    tags: z.array(z.string()),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'ProfileSummary' });

export const profileSchema = profileSummarySchema
  .extend({
    uuids: z.array(z.string()).describe('All uuids that lead to the profile'),
    fields: values.describe('What the compatible API names, such as city and agreements; only what is known'),
    attributes: values.describe("The senders' own"),
  })
  .meta({ id: 'Profile' });

export const profileEventSchema = z
  .object({
    id: z.uuid(),
    action: z.string(),
    time: instant.describe('When it happened'),
    receivedAt: instant.describe('When it was accepted'),
    source: z.enum(['api', 'workflow', 'system']),
    params: values,
  })
  .meta({ id: 'ProfileEvent' });

/** An instant, or one with the id of an event, so that events of the same instant are not left out. */
function isCursor(text: string): boolean {
  const [time, id, ...more] = text.split('_');
  if (more.length > 0 || !instant.safeParse(time).success) return false;
  return id === undefined || z.uuid().safeParse(id).success;
}

const limit = z.coerce.number().int().min(1).max(200).default(50);
const profileId = z.object({ profileId: z.uuid() });

export const profileEndpoints = {
  'GET /api/profiles': {
    summary:
      'Profiles, newest first. A search that is an identifier finds its owner alone; any other looks within e-mails, customIds and names.',
    query: z.object({
      search: z
        .string()
        .max(254)
        .refine((text) => !text.includes('\0'), 'holds a NUL')
        .default(''),
      limit,
      after: z.uuid().optional().describe('`next` of the page before'),
    }),
    response: z.object({ profiles: z.array(profileSummarySchema), next: z.uuid().optional() }),
  },
  'GET /api/profiles/:profileId': {
    summary: 'A profile with all that it holds.',
    params: profileId,
    response: profileSchema,
  },
  'GET /api/profiles/:profileId/events': {
    summary: 'What a profile did, newest first.',
    params: profileId,
    query: z.object({
      limit,
      before: z
        .string()
        .refine(isCursor, 'must be an instant in UTC, or `next` of the page before')
        .optional(),
      action: z
        .string()
        .regex(/^[\w.-]{1,32}$/)
        .optional(),
    }),
    response: z.object({ events: z.array(profileEventSchema), next: z.string().optional() }),
  },
} as const;
