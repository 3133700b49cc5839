import { z } from 'zod';

import { NEXT } from '../node-type.ts';
import type { NodeType } from '../node-type.ts';

export const mergePathsSettings = z.strictObject({});

export type MergePathsSettings = z.infer<typeof mergePathsSettings>;

/** Joins paths that go on in the same way. Several triggers come together here. */
export const mergePaths: NodeType<MergePathsSettings> = {
  type: 'merge-paths',
  role: 'flow',
  settings: mergePathsSettings,
  outputs: () => [NEXT],
  arrive: () => ({ kind: 'pass', output: NEXT }),
};
