import { sessionEndpoints } from './access.ts';
import { applyEndpoints } from './apply.ts';
import { connectionEndpoints } from './connections.ts';
import { hubEndpoints } from './hub.ts';
import { lifecycleEndpoints } from './lifecycle.ts';
import { mailEndpoints } from './mail.ts';
import { profileEndpoints } from './profiles.ts';
import { runEndpoints } from './runs.ts';
import { segmentEndpoints } from './segments.ts';
import { testRunEndpoints } from './test-run.ts';
import { workflowEndpoints } from './workflows.ts';

export { loginEndpoints, sessionEndpoints } from './access.ts';
export { applyEndpoints, documentSchema } from './apply.ts';
export type { Document } from './apply.ts';
export {
  connectionEndpoints,
  connectionHealthSchema,
  connectionSchema,
  connectionSettingsSchema,
  connectionSpecSchema,
  pacingSchema,
  sendingPolicySchema,
  timingsSchema,
} from './connections.ts';
export type {
  ConnectionHealth,
  ConnectionSettings,
  ConnectionSpec,
  Pacing,
  SendingPolicy,
  Timings,
} from './connections.ts';
export { splitKey } from './endpoint.ts';
export type { Endpoint, EndpointInput, EndpointResponse, EndpointTable } from './endpoint.ts';
export { hubEndpoints } from './hub.ts';
export { lifecycleEndpoints } from './lifecycle.ts';
export { mailEndpoints, mailSchema, mailSummarySchema } from './mail.ts';
export { openApi } from './openapi.ts';
export { problemSchema } from './problem.ts';
export { profileEndpoints, profileEventSchema, profileSchema, profileSummarySchema } from './profiles.ts';
export { saveSegmentSchema, segmentEndpoints, segmentSchema } from './segments.ts';
export {
  failureGroupSchema,
  MAX_REPLAYED,
  replayReportSchema,
  replaySchema,
  runEndpoints,
  runFilterSchema,
  runSchema,
  runSummarySchema,
} from './runs.ts';
export {
  testReportSchema,
  testRunEndpoints,
  testRunSchema,
  testStepSchema,
  testTriggerSchema,
} from './test-run.ts';
export { statisticsSchema, workflowEndpoints, workflowSchema } from './workflows.ts';

/** Every endpoint of the console API, except `loginEndpoints`, which anybody may call. */
export const endpoints = {
  ...workflowEndpoints,
  ...runEndpoints,
  ...testRunEndpoints,
  ...lifecycleEndpoints,
  ...hubEndpoints,
  ...connectionEndpoints,
  ...applyEndpoints,
  ...mailEndpoints,
  ...profileEndpoints,
  ...sessionEndpoints,
  ...segmentEndpoints,
} as const;
