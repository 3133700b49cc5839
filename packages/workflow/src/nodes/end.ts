import { z } from 'zod';

import type { NodeType } from '../node-type.ts';

export const endSettings = z.strictObject({});

export type EndSettings = z.infer<typeof endSettings>;

/** Where a path is over. */
export const end: NodeType<EndSettings> = {
  type: 'end',
  role: 'end',
  settings: endSettings,
  outputs: () => [],
  check: () => [],
  arrive: () => ({ kind: 'end' }),
};
