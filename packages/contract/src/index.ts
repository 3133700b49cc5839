import { applyEndpoints } from './apply.ts';
import { hubEndpoints } from './hub.ts';
import { profileEndpoints } from './profiles.ts';
import { workflowEndpoints } from './workflows.ts';

export { applyEndpoints, documentSchema } from './apply.ts';
export type { Document } from './apply.ts';
export { splitKey } from './endpoint.ts';
export type { Endpoint, EndpointInput, EndpointResponse, EndpointTable } from './endpoint.ts';
export { hubEndpoints } from './hub.ts';
export { openApi } from './openapi.ts';
export { problemSchema } from './problem.ts';
export { profileEndpoints, profileEventSchema, profileSchema, profileSummarySchema } from './profiles.ts';
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
  ...profileEndpoints,
  ...applyEndpoints,
} as const;
