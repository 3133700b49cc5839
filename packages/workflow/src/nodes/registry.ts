import { z } from 'zod';

import type { SettingsIssue } from '../issue.ts';
import { nodeLimitSchema } from '../node-limit.ts';
import type {
  Arrival,
  ArrivalContext,
  CheckEnvironment,
  GeneratedEvent,
  NodeType,
  TemplateField,
} from '../node-type.ts';
import { audience, audienceSettings } from './audience.ts';
import { delay, delaySettings } from './delay.ts';
import { end, endSettings } from './end.ts';
import { eventFilter, eventFilterSettings } from './event-filter.ts';
import { generateEvent, generateEventSettings } from './generate-event.ts';
import { issueCredential, issueCredentialSettings } from './issue-credential.ts';
import { mergePaths, mergePathsSettings } from './merge-paths.ts';
import { outgoingIntegration, outgoingIntegrationSettings } from './outgoing-integration.ts';
import { profileEvent, profileEventSettings } from './profile-event.ts';
import { profileFilter, profileFilterSettings } from './profile-filter.ts';
import { sendEmail, sendEmailSettings } from './send-email.ts';
import { split, splitSettings } from './split.ts';
import { updateProfile, updateProfileSettings } from './update-profile.ts';

/** The part that every node has. */
const base = {
  /** Stable within the workflow; statistics and history refer to it. */
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be 1 to 64 letters, digits, "-" or "_"'),
  /** Shown on the canvas; unique in the workflow, because inserts refer to it. */
  title: z.string().min(1).max(100),
  /** Output name -> id of the node that it leads to. */
  outputs: z.record(z.string(), z.string()).default({}),
  /** Whether arrivals are events `automation.clientPathStep` on the profile. Default: no. */
  trackDataPoints: z.boolean().optional(),
};

/** An action may be limited; what goes beyond is skipped, and its path stops there. */
const action = {
  ...base,
  /** How often one profile may be here. Default: without limit. */
  limit: nodeLimitSchema.optional(),
};

/** Any node of a definition. */
export const nodeSchema = z.discriminatedUnion('type', [
  z.strictObject({ ...base, type: z.literal('profile-event'), settings: profileEventSettings }),
  z.strictObject({ ...base, type: z.literal('audience'), settings: audienceSettings.prefault({}) }),
  z.strictObject({ ...base, type: z.literal('profile-filter'), settings: profileFilterSettings }),
  z.strictObject({ ...base, type: z.literal('event-filter'), settings: eventFilterSettings }),
  z.strictObject({ ...base, type: z.literal('delay'), settings: delaySettings }),
  z.strictObject({ ...base, type: z.literal('split'), settings: splitSettings }),
  z.strictObject({ ...base, type: z.literal('merge-paths'), settings: mergePathsSettings.default({}) }),
  z.strictObject({ ...base, type: z.literal('end'), settings: endSettings.default({}) }),
  z.strictObject({
    ...action,
    type: z.literal('outgoing-integration'),
    settings: outgoingIntegrationSettings,
  }),
  z.strictObject({ ...action, type: z.literal('issue-credential'), settings: issueCredentialSettings }),
  z.strictObject({ ...action, type: z.literal('generate-event'), settings: generateEventSettings }),
  z.strictObject({ ...action, type: z.literal('update-profile'), settings: updateProfileSettings }),
  z.strictObject({ ...action, type: z.literal('send-email'), settings: sendEmailSettings }),
]);

export type WorkflowNode = z.infer<typeof nodeSchema>;
export type NodeKind = WorkflowNode['type'];
export type NodeOf<Kind extends NodeKind> = Extract<WorkflowNode, { type: Kind }>;

/** A node bound to its type, so that callers need not know which of the types it is. */
export interface BoundNode {
  readonly node: WorkflowNode;
  readonly role: NodeType<unknown>['role'];
  outputs(): readonly string[];
  templates(): readonly TemplateField[];
  generates(): readonly GeneratedEvent[];
  check(environment: CheckEnvironment): readonly SettingsIssue[];
  arrive(context: ArrivalContext): Arrival;
}

/** Binds a node to the behaviour of its type. `output`: by which output an audience's profile leaves. */
export function bindNode(node: WorkflowNode, output?: string): BoundNode {
  switch (node.type) {
    case 'profile-event':
      return bind(profileEvent, node, node.settings);
    case 'audience':
      return bind(audience(output), node, node.settings);
    case 'profile-filter':
      return bind(profileFilter, node, node.settings);
    case 'event-filter':
      return bind(eventFilter, node, node.settings);
    case 'delay':
      return bind(delay, node, node.settings);
    case 'split':
      return bind(split(node.id), node, node.settings);
    case 'merge-paths':
      return bind(mergePaths, node, node.settings);
    case 'end':
      return bind(end, node, node.settings);
    case 'outgoing-integration':
      return bind(outgoingIntegration, node, node.settings);
    case 'issue-credential':
      return bind(issueCredential, node, node.settings);
    case 'generate-event':
      return bind(generateEvent, node, node.settings);
    case 'update-profile':
      return bind(updateProfile, node, node.settings);
    case 'send-email':
      return bind(sendEmail, node, node.settings);
  }
}

function bind<Settings>(type: NodeType<Settings>, node: WorkflowNode, settings: Settings): BoundNode {
  const templates = (): readonly TemplateField[] => type.templates?.(settings) ?? [];
  return {
    node,
    role: type.role,
    outputs: () => type.outputs(settings),
    templates,
    generates: () => type.generates?.(settings) ?? [],
    check: (environment) => [
      ...(type.check?.(settings, environment) ?? []),
      ...templates().flatMap(({ field, source, output }) =>
        environment.checkTemplate(source, output, `settings.${field}`),
      ),
    ],
    arrive: (context) => type.arrive(settings, context),
  };
}
