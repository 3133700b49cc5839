import { choicesOf, NOT_MATCHED } from '@laurel/workflow';

import type { Database } from '../../platform/db/database.ts';
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
  const profiles = [...new Set(steps.map(({ job }) => job.data.profileId))];
  const filtered = await filterProfiles(platform.db, workspaceId, first.node.settings, profiles, now);
  await Promise.all(
    steps.map(
      async (step) =>
        await settle(
          plainly(
            step,
            now,
            filtered.kind === 'missing'
              ? { outcome: 'broken', reason: filtered.reason }
              : { outcome: 'succeeded', output: filtered.outputOf(step.job.data.profileId) },
          ),
        ),
    ),
  );
}

export type FilteredProfiles =
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'filtered'; readonly outputOf: (profileId: string) => string };

/** By which outputs of a filter profiles leave now. */
export async function filterProfiles(
  db: Database,
  workspaceId: string,
  settings: StepAt<'profile-filter'>['node']['settings'],
  profileIds: readonly string[],
  now: Date,
): Promise<FilteredProfiles> {
  const choices = choicesOf(settings);
  const segments = await resolveSegments(
    db,
    workspaceId,
    choices.map(({ choice }) => choice),
  );
  if (segments.kind === 'missing')
    return { kind: 'missing', reason: `there is no segment "${segments.reference}"` };
  const matched = await matchSegments(db, workspaceId, now, segments.conditions, [...profileIds]);
  return {
    kind: 'filtered',
    outputOf: (profileId) =>
      choices.find((_, index) => matched[index]?.has(profileId) === true)?.name ?? NOT_MATCHED,
  };
}
