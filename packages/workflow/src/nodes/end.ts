import { z } from 'zod';

import type { NodeType } from '../node-type.ts';

export const endSettings = z.strictObject({
  /**
   * Whether the profile's other paths in the workflow are over too; one in the middle of an action finishes that first.
   * Default: yes in a workflow with one End, no in a workflow with several (Synerise's defaults).
   */
  stopOthers: z.boolean().optional(),
});

export type EndSettings = z.infer<typeof endSettings>;

/** Where a path is over. */
export const end: NodeType<EndSettings> = {
  type: 'end',
  role: 'end',
  settings: endSettings,
  outputs: () => [],
  arrive: ({ stopOthers }) => ({ kind: 'end', stopOthers }),
};
