import { newId } from '../../platform/ids.ts';
import type { StepAt } from '../loaded-step.ts';
import { renderSteps } from '../render-steps.ts';
import { plainly } from '../settlement.ts';
import type { Executor } from './executor.ts';

/** Events on the profile, in the transaction that settles their steps. */
export const executeGeneratedEvents: Executor<StepAt<'generate-event'>> = async (tools, steps) => {
  if (steps.length === 0) return;
  const { platform, fetchData, settle } = tools;
  const now = platform.clock.now();
  const rendered = await renderSteps(platform.db, fetchData, steps, now);
  await Promise.all(
    rendered.map(async (outcome) => {
      const { step } = outcome;
      if (outcome.kind === 'unprocessed') return await settle(plainly(step, now, outcome.result));
      // The engine has made sure that it is JSON.
      const params: unknown = JSON.parse(outcome.texts.get('params') ?? '{}');
      if (typeof params !== 'object' || params === null || Array.isArray(params)) {
        return await settle(
          plainly(step, now, { outcome: 'broken', reason: 'params: must be a JSON object' }),
        );
      }
      const { workspaceId, profileId } = step.job.data;
      return await settle({
        ...plainly(step, now, { outcome: 'succeeded' }),
        events: [
          {
            workspaceId,
            profileId,
            id: newId(),
            action: step.node.settings.event.name,
            time: now,
            receivedAt: now,
            params: { ...params },
            source: 'workflow',
          },
        ],
      });
    }),
  );
};
