export { addCounts, countsOf, NO_COUNTS } from './counters.ts';
export type { Counts } from './counters.ts';
export { definitionJsonSchema, definitionSchema, FORMAT, nodeById } from './definition.ts';
export type { Definition } from './definition.ts';
export { holds, spanOfDates } from './conditions/holds.ts';
export { INSTANT_PATTERN } from './conditions/instant.ts';
export type { Span } from './conditions/instant.ts';
export { isDateOperation } from './conditions/operators.ts';
export type { Operation } from './conditions/operators.ts';
export { MAX_TEXT, readPattern } from './conditions/pattern.ts';
export { LIST_PLACE, valueAt } from './conditions/value-at.ts';
export { describeSegment, describeWhere } from './describe-segment.ts';
export { diffDefinitions } from './diff.ts';
export type { ConnectionChange, DefinitionDiff, FieldChange, NodeChange } from './diff.ts';
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
export {
  cancelRun,
  limitOf,
  refuseEntered,
  refuseRun,
  settleStep,
  startRun,
  startRunAt,
} from './interpreter.ts';
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
export { nextAudience } from './nodes/audience.ts';
export type { AudienceSettings } from './nodes/audience.ts';
export { delayUntil } from './nodes/delay.ts';
export { choicesOf } from './nodes/profile-filter.ts';
export type { SegmentChoice } from './segment-choice.ts';
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
export { parseSegment } from './parse-segment.ts';
export type { ConditionIssue, ParseSegmentOutcome } from './parse-segment.ts';
export {
  leavesOf,
  segmentConditionJsonSchema,
  segmentConditionSchema,
  segmentReferences,
  sizeOf,
  spanOfPeriod,
} from './segment.ts';
export type {
  AttributeCondition,
  EventCondition,
  SegmentCondition,
  SegmentReferences,
  TagCondition,
} from './segment.ts';
export { stopMatters } from './stop-matters.ts';
export { upgradeDefinition } from './upgrade.ts';
export { parseDefinition, validateDefinition } from './validate.ts';
export type { ParseOutcome } from './validate.ts';
export { failedConditions, satisfies, TIMESTAMP } from './where.ts';
export type { EventFacts, FailedCondition, Where } from './where.ts';
