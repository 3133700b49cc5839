import type { StepAt } from '../loaded-step.ts';
import { renderSteps } from '../render-steps.ts';
import { plainly } from '../settlement.ts';
import type { Executor } from './executor.ts';

/** Credentials of the embedded issuer, made in the transaction that settles the step. */
export const executeIssuances: Executor<StepAt<'issue-credential'>> = async (tools, steps) => {
  if (steps.length === 0) return;
  const { platform, fetchData, settle } = tools;
  const now = platform.clock.now();
  const rendered = await renderSteps(platform.db, fetchData, steps, now);
  await Promise.all(
    rendered.map(async (outcome) => {
      const { step } = outcome;
      if (outcome.kind === 'unprocessed') return await settle(plainly(step, now, outcome.result));
      const { settings } = step.node;
      const text = (field: string): string => (outcome.texts.get(field) ?? '').trim();
      const optional = (field: 'issuedOn' | 'expiredOn'): Record<string, string> =>
        text(field) === '' ? {} : { [field]: text(field) };
      const attributes = settings.customAttributes.map(({ name }, index): [string, string] => [
        name,
        text(`customAttributes[${index}].value`),
      ]);
      return await settle({
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
      });
    }),
  );
};
