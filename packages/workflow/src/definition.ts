import { z } from 'zod';

import { nodeSchema } from './nodes/registry.ts';
import type { WorkflowNode } from './nodes/registry.ts';

/** The date of the present form. An older document is brought to it by the upgraders, in order of date. */
export const FORMAT = '2026-11-24';

/** What a workflow does: its nodes and how they are connected. Positions are computed, not stored. */
export const definitionSchema = z
  .strictObject({
    format: z.literal(FORMAT),
    nodes: z.array(nodeSchema).min(1).max(500),
  })
  .meta({ id: 'WorkflowDefinition', title: 'Definition of a workflow' });

export type Definition = z.infer<typeof definitionSchema>;

/** The JSON Schema (2020-12) of what an author may write. */
export function definitionJsonSchema(): object {
  return z.toJSONSchema(definitionSchema, { io: 'input' });
}

/** The node of that id; undefined where there is none. */
export function nodeById(definition: Definition, id: string): WorkflowNode | undefined {
  return definition.nodes.find((node) => node.id === id);
}
