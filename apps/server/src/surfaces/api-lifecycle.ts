import type { lifecycleEndpoints } from '@laurel/contract';
import type { FastifyRequest } from 'fastify';

import { holderOf } from '../access/index.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { ok, problem } from '../platform/http/mount.ts';
import type { Handlers } from '../platform/http/mount.ts';
import { applyLifecycle } from '../runs/index.ts';
import type { LifecycleParts } from '../runs/index.ts';
import { changeStatus, listPublications, publishWorkflow, scheduleWorkflow } from '../workflows/index.ts';
import type { LifecycleAction, WorkflowKey } from '../workflows/index.ts';
import {
  conflictProblem,
  invalidWorkflow,
  NO_VERSION,
  NO_WORKFLOW,
  publicationView,
  workflowView,
} from './workflow-view.ts';

type LifecycleHandlers = Omit<
  Handlers<typeof lifecycleEndpoints>,
  | 'GET /api/workflows/:workflowId/publish-preview'
  | 'GET /api/workflows/:workflowId/versions'
  | 'GET /api/workflows/:workflowId/versions/:version'
  | 'GET /api/workflows/:workflowId/versions/diff'
>;

/** So many runs are dealt with before the answer, in one transaction; the scheduler does the rest. */
const BATCHES = 1;

export function lifecycleHandlers(parts: LifecycleParts): LifecycleHandlers {
  const { db, clock, log } = parts.platform;
  const begin = async (key: WorkflowKey): Promise<void> => {
    try {
      await applyLifecycle(parts, key, BATCHES);
    } catch (error) {
      // What was asked for is done; its consequences follow.
      log.error({ ...key, err: error }, 'the runs inside a workflow are left to the scheduler');
    }
  };
  const change = async (key: WorkflowKey, action: Exclude<LifecycleAction, 'publish' | 'finish'>) => {
    const outcome = await inTransaction(db, async (tx) => await changeStatus(tx, clock.now(), key, action));
    switch (outcome.kind) {
      case 'missing':
        return NO_WORKFLOW;
      case 'conflict':
        return conflictProblem(outcome);
      case 'changed':
        await begin(key);
        return ok({ workflow: workflowView(outcome.workflow) });
    }
  };
  return {
    'POST /api/workflows/:workflowId/publish': async ({ params, body }, request) => {
      const key = keyOf(request, params);
      const outcome = await inTransaction(
        db,
        async (tx) => await publishWorkflow(tx, clock.now(), { ...key, ...body }),
      );
      switch (outcome.kind) {
        case 'missing':
          return NO_WORKFLOW;
        case 'version-missing':
          return NO_VERSION;
        case 'conflict':
          return conflictProblem(outcome);
        case 'refused':
          return invalidWorkflow(outcome.issues);
        case 'published': {
          await begin(key);
          const { workflow, issues, publicationId } = outcome;
          const publications = await listPublications(db, key);
          const publication = publications.find(({ id }) => id === publicationId);
          if (publication === undefined) return NO_WORKFLOW;
          return ok({
            workflow: workflowView(workflow),
            issues: [...issues],
            publication: publicationView(publication),
          });
        }
      }
    },
    'POST /api/workflows/:workflowId/start': async ({ params }, request) =>
      await change(keyOf(request, params), 'start'),
    'POST /api/workflows/:workflowId/pause': async ({ params }, request) =>
      await change(keyOf(request, params), 'pause'),
    'POST /api/workflows/:workflowId/resume': async ({ params }, request) =>
      await change(keyOf(request, params), 'resume'),
    'POST /api/workflows/:workflowId/stop': async ({ params }, request) =>
      await change(keyOf(request, params), 'stop'),
    'PUT /api/workflows/:workflowId/schedule': async ({ params, body }, request) => {
      const schedule = { startAt: instant(body.startAt), stopAt: instant(body.stopAt) };
      const key = keyOf(request, params);
      const outcome = await inTransaction(
        db,
        async (tx) => await scheduleWorkflow(tx, clock.now(), key, schedule),
      );
      switch (outcome.kind) {
        case 'missing':
          return NO_WORKFLOW;
        case 'conflict':
          return conflictProblem(outcome);
        case 'invalid':
          return problem({
            status: 422,
            code: 'schedule-invalid',
            title: 'The schedule cannot be kept.',
            errors: [{ field: outcome.field, message: outcome.message }],
          });
        case 'scheduled':
          return ok({ workflow: workflowView(outcome.workflow) });
      }
    },
  };
}

function keyOf(request: FastifyRequest, { workflowId }: { readonly workflowId: string }): WorkflowKey {
  return { workspaceId: holderOf(request).workspaceId, workflowId };
}

function instant(text: string | null): Date | undefined {
  return text === null ? undefined : new Date(text);
}
