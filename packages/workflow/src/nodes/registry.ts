import { z } from 'zod';

import type { SettingsIssue } from '../issue.ts';
import type { Arrival, CheckEnvironment, NodeType } from '../node-type.ts';
import { end, endSettings } from './end.ts';
import { outgoingIntegration, outgoingIntegrationSettings } from './outgoing-integration.ts';
import { profileEvent, profileEventSettings } from './profile-event.ts';

/** The part that every node has. */
const base = {
  /** Stable within the workflow; statistics and history refer to it. */
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be 1 to 64 letters, digits, "-" or "_"'),
  /** Shown on the canvas; unique in the workflow, because inserts refer to it. */
  title: z.string().min(1).max(100),
  /** Output name -> id of the node that it leads to. */
  outputs: z.record(z.string(), z.string()).default({}),
};

/** Any node of a definition. */
export const nodeSchema = z.discriminatedUnion('type', [
  z.strictObject({ ...base, type: z.literal('profile-event'), settings: profileEventSettings }),
  z.strictObject({ ...base, type: z.literal('outgoing-integration'), settings: outgoingIntegrationSettings }),
  z.strictObject({ ...base, type: z.literal('end'), settings: endSettings.default({}) }),
]);

export type WorkflowNode = z.infer<typeof nodeSchema>;
export type NodeKind = WorkflowNode['type'];
export type NodeOf<Kind extends NodeKind> = Extract<WorkflowNode, { type: Kind }>;

type Registry = { readonly [Kind in NodeKind]: NodeType<NodeOf<Kind>['settings']> };

const registry: Registry = {
  'profile-event': profileEvent,
  'outgoing-integration': outgoingIntegration,
  end,
};

/** A node bound to its type, so that callers need not know which of the types it is. */
export interface BoundNode {
  readonly node: WorkflowNode;
  readonly role: NodeType<unknown>['role'];
  outputs(): readonly string[];
  check(environment: CheckEnvironment): readonly SettingsIssue[];
  arrive(): Arrival<unknown>;
}

/** Binds a node to the behaviour of its type. */
export function bindNode(node: WorkflowNode): BoundNode {
  switch (node.type) {
    case 'profile-event':
      return bind(registry[node.type], node, node.settings);
    case 'outgoing-integration':
      return bind(registry[node.type], node, node.settings);
    case 'end':
      return bind(registry[node.type], node, node.settings);
  }
}

function bind<Settings>(type: NodeType<Settings>, node: WorkflowNode, settings: Settings): BoundNode {
  return {
    node,
    role: type.role,
    outputs: () => type.outputs(settings),
    check: (environment) => type.check(settings, environment),
    arrive: () => type.arrive(settings),
  };
}
