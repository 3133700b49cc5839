import { z } from 'zod';

const instant = z.iso.datetime();
const mailbox = z.object({ address: z.string(), name: z.string().optional() });

export const mailSummarySchema = z
  .object({
    id: z.uuid(),
    profileId: z.uuid(),
    workflowId: z.uuid().optional(),
    runId: z.uuid().optional(),
    stepId: z.uuid().optional(),
    name: z.string().optional().describe('What its workflow calls it'),
    from: mailbox.optional().describe('Absent until it is first sent: the sender of the configuration'),
    to: mailbox,
    replyTo: z.string().optional(),
    subject: z.string(),
    messageId: z.string().optional().describe('The same for every attempt'),
    state: z
      .enum(['queued', 'sending', 'sent', 'failed', 'held'])
      .describe('held: SMTP_URL was not set when its turn came'),
    attempts: z.int(),
    nextAttemptAt: instant.optional(),
    lastError: z.string().optional(),
    createdAt: instant,
    sentAt: instant.optional(),
  })
  .meta({ id: 'MailSummary' });

export const mailSchema = mailSummarySchema
  .extend({
    html: z.string().optional().describe('As it is sent: show it only where its scripts do not run'),
    text: z.string().optional(),
  })
  .meta({ id: 'Mail' });

const mailId = z.object({ mailId: z.uuid() });

export const mailEndpoints = {
  'GET /api/mail': {
    summary: 'The outbox: mails without their bodies, newest first.',
    query: z.object({
      state: mailSummarySchema.shape.state.optional(),
      before: z.uuid().optional().describe('The id of a mail: those made before it'),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    response: z.object({ mails: z.array(mailSummarySchema) }),
  },
  'GET /api/mail/:mailId': {
    summary: 'A mail with its bodies.',
    params: mailId,
    response: mailSchema,
  },
  'POST /api/mail/:mailId/send': {
    summary: 'Sends a mail that was held back, or tries one again that has failed.',
    params: mailId,
    response: mailSummarySchema,
  },
} as const;
