import { choicesOf, NOT_MATCHED } from '@laurel/workflow';

import { matchSegments } from '../../segments/index.ts';
import type { StepAt } from '../loaded-step.ts';
import { resolveSegments } from '../resolve-segments.ts';
import { plainly } from '../settlement.ts';
import type { Executor, ExecutorTools } from './executor.ts';

/** Profiles by the segments that they belong to now: one statement for all steps at a node. */
export const executeProfileFilters: Executor<StepAt<'profile-filter'>> = async (tools, steps) => {
  const byNode = Map.groupBy(steps, ({ node }) => node);
  await Promise.all([...byNode.values()].map(async (group) => await filterAt(tools, group)));
};

async function filterAt(
  { platform, settle }: ExecutorTools,
  steps: readonly StepAt<'profile-filter'>[],
): Promise<void> {
  const [first] = steps;
  if (first === undefined) return;
  const now = platform.clock.now();
  const { workspaceId } = first.job.data;
  const choices = choicesOf(first.node.settings);
  const segments = await resolveSegments(
    platform.db,
    workspaceId,
    choices.map(({ choice }) => choice),
  );
  if (segments.kind === 'missing') {
    const reason = `there is no segment "${segments.reference}"`;
    await Promise.all(
      steps.map(async (step) => await settle(plainly(step, now, { outcome: 'broken', reason }))),
    );
    return;
  }
  const matched = await matchSegments(platform.db, workspaceId, now, segments.conditions, [
    ...new Set(steps.map(({ job }) => job.data.profileId)),
  ]);
  await Promise.all(
    steps.map(async (step) => {
      const found = choices.find((_, index) => matched[index]?.has(step.job.data.profileId) === true);
      return await settle(plainly(step, now, { outcome: 'succeeded', output: found?.name ?? NOT_MATCHED }));
    }),
  );
}
