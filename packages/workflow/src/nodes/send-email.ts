import { z } from 'zod';

import { eventNameSchema } from '../event-name.ts';
import { NEXT } from '../node-type.ts';
import type { NodeType, TemplateField } from '../node-type.ts';

const line = z.string().max(998);

export const sendEmailSettings = z.strictObject({
  /** Names the e-mail in the events about it. */
  name: z.string().min(1).max(200),
  /** May contain inserts. Default: the profile's e-mail; without one the node is skipped. */
  to: line.min(1).default('{% customer email %}'),
  /** May contain inserts. Default: that of the server. */
  from: line.min(1).optional(),
  replyTo: line.min(1).optional(),
  subject: line.min(1),
  /** May contain inserts. */
  html: z.string().min(1).max(262_144),
  /** May contain inserts. Default: made from the HTML. */
  text: z.string().max(262_144).optional(),
});

export type SendEmailSettings = z.infer<typeof sendEmailSettings>;

/** What the server writes to the profile about an e-mail. */
const EMAIL_SENT = eventNameSchema.parse('email.sent');
const EMAIL_FAILED = eventNameSchema.parse('email.failed');

/** Hands an e-mail to the outbox. */
export const sendEmail: NodeType<SendEmailSettings> = {
  type: 'send-email',
  role: 'action',
  settings: sendEmailSettings,
  outputs: () => [NEXT],
  templates: ({ to, from, replyTo, subject, html, text }) => [
    { field: 'to', source: to, output: 'header' },
    { field: 'subject', source: subject, output: 'header' },
    { field: 'html', source: html, output: 'html' },
    ...optional('from', from, 'header'),
    ...optional('replyTo', replyTo, 'header'),
    ...optional('text', text, 'text'),
  ],
  generates: () => [{ name: EMAIL_SENT }, { name: EMAIL_FAILED }],
  arrive: () => ({ kind: 'act' }),
};

function optional(field: string, source: string | undefined, output: 'header' | 'text'): TemplateField[] {
  return source === undefined ? [] : [{ field, source, output }];
}
