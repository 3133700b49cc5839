import type { endpoints } from '@laurel/contract';

import type { Handlers } from '../platform/http/mount.ts';
import type { Platform } from '../platform/platform.ts';
import { applyHandlers } from './api-apply.ts';
import { hubHandlers } from './api-hub.ts';
import { segmentHandlers } from './api-segments.ts';
import { workflowHandlers } from './api-workflows.ts';

/** The handlers of the console API; each domain's are in a file of their own. */
export function apiHandlers(platform: Platform): Handlers<typeof endpoints> {
  return {
    ...workflowHandlers(platform),
    ...hubHandlers(platform),
    ...segmentHandlers(platform),
    ...applyHandlers(platform),
  };
}
