import { applyEndpoints } from './apply.ts';
import { hubEndpoints } from './hub.ts';
import { segmentEndpoints } from './segments.ts';
import { workflowEndpoints } from './workflows.ts';

export { applyEndpoints, documentSchema } from './apply.ts';
export type { Document } from './apply.ts';
export { splitKey } from './endpoint.ts';
export type { Endpoint, EndpointInput, EndpointResponse, EndpointTable } from './endpoint.ts';
export { hubEndpoints } from './hub.ts';
export { openApi } from './openapi.ts';
export { problemSchema } from './problem.ts';
export { saveSegmentSchema, segmentEndpoints, segmentSchema } from './segments.ts';
export {
  runSchema,
  runSummarySchema,
  statisticsSchema,
  workflowEndpoints,
  workflowSchema,
} from './workflows.ts';

/** Every endpoint of the console API. */
export const endpoints = {
  ...workflowEndpoints,
  ...hubEndpoints,
  ...segmentEndpoints,
  ...applyEndpoints,
} as const;
