import { z } from 'zod';

import type { SettingsIssue } from '../issue.ts';
import { MATCHED, NOT_MATCHED } from '../node-type.ts';
import type { CheckEnvironment, NodeType } from '../node-type.ts';
import { uniqueNames } from '../output-name.ts';
import { namedChoiceSchema, segmentChoiceSchema } from '../segment-choice.ts';
import type { SegmentChoice } from '../segment-choice.ts';

export const profileFilterSettings = z.union([
  /** Profiles of the segment leave by "matched". */
  z.strictObject({ filter: segmentChoiceSchema }),
  z.strictObject({
    /** One output for each segment. A profile of several leaves by the first of them. */
    split: z
      .array(namedChoiceSchema)
      .min(1)
      .max(20)
      .refine(uniqueNames, 'two segments have the same name')
      .refine(
        (choices) => choices.every(({ name }) => name !== NOT_MATCHED),
        `${NOT_MATCHED} is the name of the rest`,
      ),
  }),
]);

export type ProfileFilterSettings = z.infer<typeof profileFilterSettings>;

/** Sends profiles on by the segments that they belong to when they arrive; the others leave by "not matched". */
export const profileFilter: NodeType<ProfileFilterSettings> = {
  type: 'profile-filter',
  role: 'condition',
  settings: profileFilterSettings,
  outputs: (settings) => [...choicesOf(settings).map(({ name }) => name), NOT_MATCHED],
  check: (settings, environment) =>
    'filter' in settings
      ? checkSegment(settings.filter, 'settings.filter', environment)
      : settings.split.flatMap((choice, index) =>
          checkSegment(choice, `settings.split[${index}]`, environment),
        ),
  arrive: () => ({ kind: 'act' }),
};

/** The segments of a filter with their outputs, in order of priority. */
export function choicesOf(
  settings: ProfileFilterSettings,
): readonly { name: string; choice: SegmentChoice }[] {
  if ('filter' in settings) return [{ name: MATCHED, choice: settings.filter }];
  return settings.split.map((choice) => ({ name: choice.name, choice }));
}

export function checkSegment(
  choice: SegmentChoice,
  field: string,
  environment: CheckEnvironment,
): SettingsIssue[] {
  if (!('segment' in choice) || environment.hasSegment(choice.segment)) return [];
  return [
    {
      severity: 'error',
      code: 'unknown-segment',
      field: `${field}.segment`,
      message: `there is no segment "${choice.segment}": select or make one`,
    },
  ];
}
