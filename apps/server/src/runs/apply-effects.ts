import { queueMails } from '../mail/index.ts';
import type { Tx } from '../platform/db/database.ts';
import type { Platform } from '../platform/platform.ts';
import { updateProfiles } from '../profiles/index.ts';
import type { Effect, EffectParts } from './effects.ts';
import { issueOnce } from './issue-once.ts';
import { plainly } from './settlement.ts';
import type { EffectStep, SettledStep } from './settlement.ts';

export type StepWith<Kind extends Effect['kind']> = EffectStep & {
  readonly effect: Extract<Effect, { kind: Kind }>;
};

/** Carries effects out, each kind in one go, and answers how their steps are settled. Part of the caller's transaction. */
export async function applyEffects(
  tx: Tx,
  parts: EffectParts & { readonly platform: Platform },
  steps: readonly EffectStep[],
): Promise<SettledStep[]> {
  if (steps.length === 0) return [];
  const of = <Kind extends Effect['kind']>(kind: Kind): StepWith<Kind>[] =>
    steps.filter((step): step is StepWith<Kind> => step.effect.kind === kind);
  // In this order in every transaction, so that two of them never wait for each other in turn.
  return [
    ...(await changeProfiles(tx, parts.platform, of('profile'))),
    ...(await issueOnce(tx, parts.issuing, of('credential'))),
    ...(await sendMails(tx, parts, of('mail'))),
  ];
}

async function changeProfiles(
  tx: Tx,
  platform: Platform,
  steps: readonly StepWith<'profile'>[],
): Promise<SettledStep[]> {
  if (steps.length === 0) return [];
  const outcomes = await updateProfiles(
    tx,
    platform,
    platform.clock.now(),
    steps.map(({ effect }) => effect.change),
  );
  return steps.map(({ step, at }, index) => {
    const outcome = outcomes[index];
    switch (outcome?.kind) {
      case 'updated':
        return plainly(step, at, { outcome: 'succeeded' });
      case 'refused': {
        const reason = outcome.errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
        return plainly(step, at, { outcome: 'broken', reason });
      }
      case 'missing':
      case undefined:
        return plainly(step, at, { outcome: 'skipped', reason: 'the profile does not exist any more' });
    }
  });
}

async function sendMails(
  tx: Tx,
  { mailQueue }: EffectParts,
  steps: readonly StepWith<'mail'>[],
): Promise<SettledStep[]> {
  if (steps.length === 0) return [];
  const outcomes = await queueMails(
    tx,
    mailQueue,
    steps.map(({ effect }) => effect.mail),
  );
  return steps.map(({ step, at }, index) => {
    const outcome = outcomes[index];
    return outcome?.kind === 'refused'
      ? plainly(step, at, { outcome: 'broken', reason: outcome.reason })
      : plainly(step, at, { outcome: 'succeeded' });
  });
}
