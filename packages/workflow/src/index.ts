export { addCounts, countsOf, NO_COUNTS } from './counters.ts';
export type { Counts } from './counters.ts';
export { definitionJsonSchema, definitionSchema, FORMAT, nodeById } from './definition.ts';
export type { Definition } from './definition.ts';
export { classify, retryDecision, retryPolicySchema, successRuleSchema } from './delivery.ts';
export type {
  DeliveryOutcome,
  FinalReason,
  NotSentCause,
  RetryDecision,
  RetryPolicy,
  SuccessRule,
} from './delivery.ts';
export { eventNameSchema, FORBIDDEN_TRIGGERS } from './event-name.ts';
export { settleStep, startRun } from './interpreter.ts';
export type { RunChange, RunFate, StepChange, StepOutcome, StepResult } from './interpreter.ts';
export type { Issue, SettingsIssue } from './issue.ts';
export type { CheckEnvironment, TemplateOutput } from './node-type.ts';
export { bodyOutput } from './nodes/outgoing-integration.ts';
export type { OutgoingIntegrationSettings } from './nodes/outgoing-integration.ts';
export type { NodeOf, WorkflowNode } from './nodes/registry.ts';
export { upgradeDefinition } from './upgrade.ts';
export { parseDefinition, validateDefinition } from './validate.ts';
export type { ParseOutcome } from './validate.ts';
export { satisfies } from './where.ts';
export type { Where } from './where.ts';
