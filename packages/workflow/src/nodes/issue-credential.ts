import { z } from 'zod';

import { eventNameSchema } from '../event-name.ts';
import { issuancePolicySchema } from '../issuance-policy.ts';
import { NEXT } from '../node-type.ts';
import type { NodeType, TemplateField } from '../node-type.ts';

const field = z.string().min(1).max(2_000);

export const issueCredentialSettings = z.strictObject({
  /** The id or the name of the group at the embedded issuer. May contain inserts, as all texts here. */
  group: field,
  recipientName: field,
  /** Default: the profile's e-mail; without one the node is skipped. */
  recipientEmail: field.default('{% customer email %}'),
  /** What the pass is of: one credential is issued for it to a profile. Default: the group. */
  certification: field.optional(),
  policy: issuancePolicySchema.default('skip'),
  /** As 2026-11-26. Default: today. */
  issuedOn: field.optional(),
  /** Default: never. */
  expiredOn: field.optional(),
  customAttributes: z
    .array(z.strictObject({ name: z.string().min(1).max(200), value: z.string().max(8_192) }))
    .max(50)
    .default([]),
  /** The event with the outcome, on the profile. */
  resultEvent: z
    .strictObject({ name: eventNameSchema, displayName: z.string().min(1).max(200).optional() })
    .default({ name: 'credential.issued' }),
});

export type IssueCredentialSettings = z.infer<typeof issueCredentialSettings>;

/** Issues a credential at the embedded issuer, by the rules of its API and without a request. */
export const issueCredential: NodeType<IssueCredentialSettings> = {
  type: 'issue-credential',
  role: 'action',
  settings: issueCredentialSettings,
  outputs: () => [NEXT],
  templates: (settings) => [
    { field: 'group', source: settings.group, output: 'text' },
    { field: 'recipientName', source: settings.recipientName, output: 'text' },
    { field: 'recipientEmail', source: settings.recipientEmail, output: 'text' },
    ...(['certification', 'issuedOn', 'expiredOn'] as const).flatMap((name): TemplateField[] => {
      const source = settings[name];
      return source === undefined ? [] : [{ field: name, source, output: 'text' }];
    }),
    ...settings.customAttributes.map(({ value }, index): TemplateField => ({
      field: `customAttributes[${index}].value`,
      source: value,
      output: 'text',
    })),
  ],
  generates: ({ resultEvent }) => [resultEvent],
  arrive: () => ({ kind: 'act' }),
};
