import { z } from 'zod';

import type { NodeType } from '../node-type.ts';
import { outputNameSchema, uniqueNames } from '../output-name.ts';
import { stableShare } from '../stable-share.ts';

export const splitSettings = z.strictObject({
  /** In proportion to each other; usually they add up to 100. */
  branches: z
    .array(z.strictObject({ name: outputNameSchema, share: z.number().min(0).max(100) }))
    .min(2)
    .max(20)
    .refine(uniqueNames, 'two branches have the same name')
    .refine((branches) => branches.some(({ share }) => share > 0), 'no branch has a share'),
  /** Splits with the same key send a profile to the same side. Default: the id of the node. */
  key: z.string().min(1).max(100).optional(),
});

export type SplitSettings = z.infer<typeof splitSettings>;

/** Sends each profile to one of several branches: by chance, but always to the same one. */
export function split(nodeId: string): NodeType<SplitSettings> {
  return {
    type: 'split',
    role: 'flow',
    settings: splitSettings,
    outputs: ({ branches }) => branches.map(({ name }) => name),
    arrive: (settings, { profileId }) => ({
      kind: 'pass',
      output: branchOf(settings, nodeId, profileId),
    }),
  };
}

function branchOf({ branches, key }: SplitSettings, nodeId: string, profileId: string): string {
  const whole = branches.reduce((sum, { share }) => sum + share, 0);
  let place = stableShare(`${key ?? nodeId} ${profileId}`) * whole;
  const chosen = branches.find(({ share }) => (place -= share) < 0);
  // Rounding may leave a rest; it belongs to the last branch that has a share.
  return (chosen ?? branches.findLast(({ share }) => share > 0) ?? branches[0])?.name ?? '';
}
