import type { runEndpoints } from '@laurel/contract';

import { holderOf } from '../access/index.ts';
import { ok, problem } from '../platform/http/mount.ts';
import type { Handlers } from '../platform/http/mount.ts';
import type { Platform } from '../platform/platform.ts';
import { cancelRun, groupFailures, listRuns, readRun, replayRuns } from '../runs/index.ts';
import type { RunFilter, RunTools } from '../runs/index.ts';
import { findWorkflow } from '../workflows/index.ts';
import { NO_WORKFLOW } from './workflow-view.ts';

const NO_RUN = problem({ status: 404, code: 'run-not-found', title: 'There is no run with this id.' });
const TOO_SLOW = problem({
  status: 422,
  code: 'too-many-runs',
  title: 'There are too many runs to look through. Ask for a shorter time, one workflow or one profile.',
});

export function runHandlers(platform: Platform, tools: RunTools): Handlers<typeof runEndpoints> {
  const { db } = platform;
  const { versions } = tools;
  const list = async (
    workspaceId: string,
    { limit, before, ...filter }: RunFilter & { limit: number; before?: string | undefined },
  ) => {
    const page = await listRuns(platform, versions, { workspaceId, filter, limit, before });
    if (page.kind === 'too-slow') return TOO_SLOW;
    const { runs, next } = page.value;
    return ok({ runs, ...(next !== undefined && { next }) });
  };
  return {
    'GET /api/runs': async ({ query }, request) => await list(holderOf(request).workspaceId, query),
    'GET /api/workflows/:workflowId/runs': async ({ params, query }, request) => {
      const { workspaceId } = holderOf(request);
      const { workflowId } = params;
      if ((await findWorkflow(db, workspaceId, { id: workflowId })) === undefined) return NO_WORKFLOW;
      return await list(workspaceId, { ...query, workflowId });
    },
    'GET /api/runs/:runId': async ({ params }, request) => {
      const run = await readRun(platform, versions, holderOf(request).workspaceId, params.runId);
      return run === undefined ? NO_RUN : ok(run);
    },
    'GET /api/failures': async ({ query: { workflowId, from, to } }, request) => {
      const groups = await groupFailures(db, versions, {
        workspaceId: holderOf(request).workspaceId,
        workflowId,
        from: from === undefined ? undefined : new Date(from),
        to: to === undefined ? undefined : new Date(to),
      });
      return groups.kind === 'too-slow' ? TOO_SLOW : ok({ failures: groups.value });
    },
    'POST /api/runs/replay': async ({ body }, request) => {
      const outcome = await replayRuns(platform, tools, holderOf(request).workspaceId, body);
      switch (outcome.kind) {
        case 'reported':
          return ok(outcome.report);
        case 'too-slow':
          return TOO_SLOW;
        case 'request-id-reused':
          return problem({
            status: 409,
            code: 'request-id-reused',
            title: 'The requestId stands for another request. Make a new one.',
          });
      }
    },
    'POST /api/runs/:runId/cancel': async ({ params, body }, request) => {
      const target = { workspaceId: holderOf(request).workspaceId, runId: params.runId, reason: body.reason };
      const outcome = await cancelRun(platform, tools, target);
      switch (outcome.kind) {
        case 'missing':
          return NO_RUN;
        case 'ended':
          return problem({
            status: 409,
            code: 'run-ended',
            title: `The run is over already: it is ${outcome.state}.`,
          });
        case 'cancelled':
        case 'stopping':
          return ok({ outcome: outcome.kind });
      }
    },
  };
}
