import type { StepAt } from '../loaded-step.ts';
import { renderSteps } from '../render-steps.ts';
import { plainly } from '../settlement.ts';
import type { Executor } from './executor.ts';

/** Attributes and tags of the profile, changed in the transaction that settles the step. */
export const executeProfileUpdates: Executor<StepAt<'update-profile'>> = async (tools, steps) => {
  if (steps.length === 0) return;
  const { platform, fetchData, settle } = tools;
  const now = platform.clock.now();
  const rendered = await renderSteps(platform.db, fetchData, steps, now);
  await Promise.all(
    rendered.map(async (outcome) => {
      const { step } = outcome;
      if (outcome.kind === 'unprocessed') return await settle(plainly(step, now, outcome.result));
      const { attributes, addTags, removeTags } = step.node.settings;
      const values = attributes.map(({ name, type }, index): [string, unknown] => {
        const text = outcome.texts.get(`attributes[${index}].value`) ?? '';
        // The engine has made sure that it is JSON.
        return [name, type === 'json' ? (JSON.parse(text) as unknown) : text];
      });
      const { workspaceId, profileId } = step.job.data;
      return await settle({
        kind: 'effect',
        job: step.job,
        step,
        at: now,
        effect: {
          kind: 'profile',
          change: {
            workspaceId,
            profileId,
            attributes: Object.fromEntries(values),
            tagsAdded: addTags,
            tagsRemoved: removeTags,
          },
        },
      });
    }),
  );
};
