import type { testRunEndpoints } from '@laurel/contract';

import { holderOf } from '../access/index.ts';
import { ok, problem } from '../platform/http/mount.ts';
import type { Handlers } from '../platform/http/mount.ts';
import type { Platform } from '../platform/platform.ts';
import { testRun } from '../runs/index.ts';
import type { RunTools } from '../runs/index.ts';
import { NO_WORKFLOW } from './workflow-view.ts';

export function testRunHandlers(platform: Platform, tools: RunTools): Handlers<typeof testRunEndpoints> {
  return {
    'POST /api/workflows/:workflowId/test': async ({ params, body }, request) => {
      const target = { workspaceId: holderOf(request).workspaceId, workflowId: params.workflowId };
      const outcome = await testRun(platform, tools, target, body);
      switch (outcome.kind) {
        case 'reported':
          return ok(outcome.report);
        case 'no-workflow':
          return NO_WORKFLOW;
        case 'no-version':
          return problem({
            status: 404,
            code: 'version-not-found',
            title: `The workflow has no version ${body.version}.`,
          });
        case 'no-profile':
          return problem({
            status: 404,
            code: 'profile-not-found',
            title: 'There is no profile with this id.',
          });
        case 'bad-definition':
          return problem({
            status: 422,
            code: 'workflow-invalid',
            title: 'The definition cannot be read.',
            errors: outcome.issues.map(({ nodeId, field, message }) => ({
              field: [nodeId, field].filter(Boolean).join(' '),
              message,
            })),
          });
        case 'not-storable':
          return problem({
            status: 400,
            code: 'invalid-request',
            title: 'The request is not valid.',
            errors: [{ field: outcome.field, message: outcome.message }],
          });
        case 'not-active':
          return problem({
            status: 409,
            code: 'workflow-not-active',
            title: `The workflow is ${outcome.status}: run it first.`,
          });
      }
    },
  };
}
