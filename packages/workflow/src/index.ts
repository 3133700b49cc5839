export { addCounts, countsOf, NO_COUNTS } from './counters.ts';
export type { Counts } from './counters.ts';
export { definitionJsonSchema, definitionSchema, FORMAT, nodeById } from './definition.ts';
export type { Definition } from './definition.ts';
export { eventNameSchema, FORBIDDEN_TRIGGERS } from './event-name.ts';
export { cancelRun, limitOf, refuseEntered, refuseRun, settleStep, startRun } from './interpreter.ts';
export type { RunChange, RunFate, StepChange, StepOutcome, StepResult } from './interpreter.ts';
export type { Issue, SettingsIssue } from './issue.ts';
export { describeLimit, periodStart } from './node-limit.ts';
export type { NodeLimit } from './node-limit.ts';
export { MATCHED, NOT_MATCHED } from './node-type.ts';
export type {
  ArrivalContext,
  AwaitedEvent,
  CheckEnvironment,
  GeneratedEvent,
  TemplateField,
  TemplateOutput,
} from './node-type.ts';
export { delayUntil } from './nodes/delay.ts';
export { bodyOutput } from './nodes/outgoing-integration.ts';
export type { OutgoingIntegrationSettings } from './nodes/outgoing-integration.ts';
export { bindNode } from './nodes/registry.ts';
export type { BoundNode, NodeKind, NodeOf, WorkflowNode } from './nodes/registry.ts';
export { issuancePolicySchema } from './issuance-policy.ts';
export type { IssuancePolicy } from './issuance-policy.ts';
export { durationMs } from './duration.ts';
export type { Duration } from './duration.ts';
export { instantOf, zonedTimeOf } from './zoned-time.ts';
export type { ZonedTime } from './zoned-time.ts';
export { upgradeDefinition } from './upgrade.ts';
export { parseDefinition, validateDefinition } from './validate.ts';
export type { ParseOutcome } from './validate.ts';
export { satisfies } from './where.ts';
export type { Where } from './where.ts';
