import { byTexts } from './by-texts.ts';

/** Credentials of the embedded issuer, made in the transaction that settles the step. */
export const executeIssuances = byTexts<'issue-credential'>((step, texts, now) => {
  const { settings } = step.node;
  const text = (field: string): string => (texts.get(field) ?? '').trim();
  const optional = (field: 'issuedOn' | 'expiredOn'): Record<string, string> =>
    text(field) === '' ? {} : { [field]: text(field) };
  const attributes = settings.customAttributes.map(({ name }, index): [string, string] => [
    name,
    text(`customAttributes[${index}].value`),
  ]);
  return {
    kind: 'effect',
    job: step.job,
    step,
    at: now,
    effect: {
      kind: 'credential',
      certification: text('certification') || text('group'),
      policy: settings.policy,
      eventName: settings.resultEvent.name,
      request: {
        groupReference: text('group'),
        recipient: { name: text('recipientName'), email: text('recipientEmail') },
        ...optional('issuedOn'),
        ...optional('expiredOn'),
        ...(attributes.length > 0 && { customAttributes: Object.fromEntries(attributes) }),
      },
    },
  };
});
