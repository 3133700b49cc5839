import { z } from 'zod';

import { durationSchema } from './duration.ts';
import { nodeSchema } from './nodes/registry.ts';
import type { WorkflowNode } from './nodes/registry.ts';

/** The date of the present form. An older document is brought to it by the upgraders, in order of date. */
export const FORMAT = '2026-11-24';

const settingsSchema = z.strictObject({
  /** How long a path may last; one that is not over by then fails. Default: 60 days. */
  pathCap: durationSchema.default({ amount: 60, unit: 'days' }),
  /** Whether a path's start and end are events on the profile. Default: yes. */
  trackPaths: z.boolean().default(true),
});

/** What a workflow does: its nodes and how they are connected. Positions are computed, not stored. */
export const definitionSchema = z
  .strictObject({
    format: z.literal(FORMAT),
    settings: settingsSchema.prefault({}),
    nodes: z.array(nodeSchema).min(1).max(500),
  })
  .meta({ id: 'WorkflowDefinition', title: 'Definition of a workflow' });

export type Definition = z.infer<typeof definitionSchema>;

/** The JSON Schema (2020-12) of what an author may write. */
export function definitionJsonSchema(): object {
  return z.toJSONSchema(definitionSchema, { io: 'input' });
}

const indexes = new WeakMap<Definition, ReadonlyMap<string, WorkflowNode>>();

/** The node of that id; undefined where there is none. Of several, which is an issue, the first. */
export function nodeById(definition: Definition, id: string): WorkflowNode | undefined {
  let index = indexes.get(definition);
  if (index === undefined) {
    index = new Map(definition.nodes.toReversed().map((node) => [node.id, node]));
    indexes.set(definition, index);
  }
  return index.get(id);
}
