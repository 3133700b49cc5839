import type { WorkflowNode } from '@laurel/workflow';

import type { StepAt } from '../loaded-step.ts';
import { renderSteps } from '../render-steps.ts';
import { plainly } from '../settlement.ts';
import type { Settlement } from '../settlement.ts';
import type { Executor } from './executor.ts';

/** The rendered texts of a node, by the paths of their fields. */
export type Texts = ReadonlyMap<string, string>;

/**
 * An executor of steps whose settlement follows from the texts of their node: these are rendered for all of them
 * together, and a step whose texts cannot be is settled as that says.
 */
export function byTexts<Type extends WorkflowNode['type']>(
  settlementOf: (step: StepAt<Type>, texts: Texts, now: Date) => Settlement,
): Executor<StepAt<Type>> {
  return async ({ platform, fetchData, settle }, steps) => {
    if (steps.length === 0) return;
    const now = platform.clock.now();
    const rendered = await renderSteps(platform.db, fetchData, steps, now);
    await Promise.all(
      rendered.map(async (outcome) => {
        const { step } = outcome;
        await settle(
          outcome.kind === 'unprocessed'
            ? plainly(step, now, outcome.result)
            : settlementOf(step, outcome.texts, now),
        );
      }),
    );
  };
}
