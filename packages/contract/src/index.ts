import { applyEndpoints } from './apply.ts';
import { connectionEndpoints } from './connections.ts';
import { hubEndpoints } from './hub.ts';
import { mailEndpoints } from './mail.ts';
import { runEndpoints } from './runs.ts';
import { testRunEndpoints } from './test-run.ts';
import { workflowEndpoints } from './workflows.ts';

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
export { mailEndpoints, mailSchema, mailSummarySchema } from './mail.ts';
export { openApi } from './openapi.ts';
export { problemSchema } from './problem.ts';
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

/** Every endpoint of the console API. */
export const endpoints = {
  ...workflowEndpoints,
  ...runEndpoints,
  ...testRunEndpoints,
  ...hubEndpoints,
  ...connectionEndpoints,
  ...applyEndpoints,
  ...mailEndpoints,
} as const;
