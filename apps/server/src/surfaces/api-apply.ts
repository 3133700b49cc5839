import type { applyEndpoints } from '@laurel/contract';

import { holderOf } from '../access/index.ts';
import { applyDocuments } from '../apply/index.ts';
import { ok, problem } from '../platform/http/mount.ts';
import type { Answer, Handlers } from '../platform/http/mount.ts';
import type { Platform } from '../platform/platform.ts';

export function applyHandlers(platform: Platform): Handlers<typeof applyEndpoints> {
  return {
    'POST /api/apply': async ({ body }, request): Promise<Answer<{ results: ApplyResults }>> => {
      const outcome = await applyDocuments(platform, holderOf(request).workspaceId, body.documents);
      if (outcome.kind === 'applied') return ok({ results: [...outcome.results] });
      return problem({
        status: 422,
        code: 'document-refused',
        title: outcome.message,
        ...(outcome.errors.length > 0 && { errors: outcome.errors }),
      });
    },
  };
}

type ApplyResults = Extract<
  Awaited<ReturnType<typeof applyDocuments>>,
  { kind: 'applied' }
>['results'][number][];
