import type { hubEndpoints } from '@laurel/contract';

import { holderOf } from '../access/index.ts';
import { listEventDefinitions } from '../events/index.ts';
import { ok } from '../platform/http/mount.ts';
import type { Handlers } from '../platform/http/mount.ts';
import type { Platform } from '../platform/platform.ts';

export function hubHandlers({ db }: Platform): Handlers<typeof hubEndpoints> {
  return {
    'GET /api/event-definitions': async (_input, request) =>
      ok({ eventDefinitions: await listEventDefinitions(db, holderOf(request).workspaceId) }),
  };
}
