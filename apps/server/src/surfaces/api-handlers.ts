import type { endpoints } from '@laurel/contract';

import type { Handlers } from '../platform/http/mount.ts';
import type { Platform } from '../platform/platform.ts';
import { sessionHandlers } from './api-access.ts';
import type { AccessParts } from './api-access.ts';
import { applyHandlers } from './api-apply.ts';
import { hubHandlers } from './api-hub.ts';
import { workflowHandlers } from './api-workflows.ts';

/** The handlers of the console API; each domain's are in a file of their own. */
export function apiHandlers(platform: Platform, access: AccessParts): Handlers<typeof endpoints> {
  return {
    ...workflowHandlers(platform),
    ...hubHandlers(platform),
    ...applyHandlers(platform),
    ...sessionHandlers(access),
  };
}
