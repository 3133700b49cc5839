import type { endpoints } from '@laurel/contract';

import type { Delivery } from '../integrations/index.ts';
import type { Handlers } from '../platform/http/mount.ts';
import type { Platform } from '../platform/platform.ts';
import type { LifecycleParts, RunTools } from '../runs/index.ts';
import { sessionHandlers } from './api-access.ts';
import type { AccessParts } from './api-access.ts';
import { applyHandlers } from './api-apply.ts';
import { connectionHandlers } from './api-connections.ts';
import { hubHandlers } from './api-hub.ts';
import { lifecycleHandlers } from './api-lifecycle.ts';
import { mailHandlers } from './api-mail.ts';
import type { Outbox } from './api-mail.ts';
import { profileHandlers } from './api-profiles.ts';
import { runHandlers } from './api-runs.ts';
import { segmentHandlers } from './api-segments.ts';
import { testRunHandlers } from './api-test-run.ts';
import { versionHandlers } from './api-versions.ts';
import { workflowHandlers } from './api-workflows.ts';

export interface ApiParts {
  readonly platform: Platform;
  readonly delivery: Delivery;
  readonly outbox: Outbox;
  readonly runTools: RunTools;
  readonly access: AccessParts;
  readonly lifecycle: LifecycleParts;
}

/** The handlers of the console API; each domain's are in a file of their own. */
export function apiHandlers({
  platform,
  delivery,
  outbox,
  access,
  lifecycle,
  runTools,
}: ApiParts): Handlers<typeof endpoints> {
  return {
    ...workflowHandlers(platform),
    ...runHandlers(platform, runTools),
    ...testRunHandlers(platform, runTools),
    ...lifecycleHandlers(lifecycle),
    ...versionHandlers(platform),
    ...hubHandlers(platform),
    ...connectionHandlers(platform, delivery),
    ...applyHandlers(platform),
    ...mailHandlers(platform, outbox),
    ...profileHandlers(platform),
    ...sessionHandlers(access),
    ...segmentHandlers(platform),
  };
}
