import type { workflowEndpoints } from '@laurel/contract';

import { holderOf } from '../access/index.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { ok, problem } from '../platform/http/mount.ts';
import type { Handlers } from '../platform/http/mount.ts';
import type { Platform } from '../platform/platform.ts';
import { readMinutes, readTotals } from '../stats/index.ts';
import {
  checkDefinition,
  deleteWorkflow,
  duplicateWorkflow,
  findWorkflow,
  listWorkflows,
  readVersion,
  saveWorkflow,
} from '../workflows/index.ts';
import type { SaveWorkflow } from '../workflows/index.ts';
import { conflictProblem, invalidWorkflow, NO_WORKFLOW, workflowView } from './workflow-view.ts';

export function workflowHandlers(platform: Platform): Handlers<typeof workflowEndpoints> {
  const { db, clock } = platform;
  const save = async (input: SaveWorkflow) => {
    const outcome = await inTransaction(db, async (tx) => await saveWorkflow(tx, clock.now(), input));
    switch (outcome.kind) {
      case 'missing':
        return NO_WORKFLOW;
      case 'name-taken':
        return nameTaken(input.name);
      case 'conflict':
        return conflictProblem(outcome);
      case 'refused':
        return invalidWorkflow(outcome.issues);
      case 'created':
      case 'updated':
      case 'unchanged':
        return ok({
          outcome: outcome.kind,
          workflow: workflowView(outcome.workflow),
          issues: [...outcome.issues],
        });
    }
  };
  return {
    'GET /api/workflows': async (_input, request) => {
      const workflows = await listWorkflows(db, holderOf(request).workspaceId);
      return ok({ workflows: workflows.map(workflowView) });
    },
    'POST /api/workflows': async ({ body }, request) =>
      await save({ workspaceId: holderOf(request).workspaceId, ...body }),
    'GET /api/workflows/:workflowId': async ({ params }, request) => {
      const { workspaceId } = holderOf(request);
      const workflow = await findWorkflow(db, workspaceId, { id: params.workflowId });
      if (workflow === undefined) return NO_WORKFLOW;
      const definition = await readVersion(db, workspaceId, workflow.id, workflow.newestVersion);
      return ok({ workflow: workflowView(workflow), definition });
    },
    'PUT /api/workflows/:workflowId': async ({ params, body }, request) =>
      await save({ workspaceId: holderOf(request).workspaceId, id: params.workflowId, ...body }),
    'DELETE /api/workflows/:workflowId': async ({ params }, request) => {
      const key = { workspaceId: holderOf(request).workspaceId, workflowId: params.workflowId };
      const outcome = await inTransaction(db, async (tx) => await deleteWorkflow(tx, key));
      switch (outcome.kind) {
        case 'missing':
          return NO_WORKFLOW;
        case 'conflict':
          return conflictProblem(outcome);
        case 'deleted':
          return ok({ deleted: true });
      }
    },
    'POST /api/workflows/:workflowId/duplicate': async ({ params, body }, request) => {
      const key = { workspaceId: holderOf(request).workspaceId, workflowId: params.workflowId };
      const outcome = await inTransaction(
        db,
        async (tx) => await duplicateWorkflow(tx, clock.now(), key, body.name),
      );
      switch (outcome.kind) {
        case 'missing':
          return NO_WORKFLOW;
        case 'name-taken':
          return nameTaken(body.name ?? '');
        case 'duplicated':
          return ok({ workflow: workflowView(outcome.workflow) });
      }
    },
    'POST /api/workflows/validate': async ({ body }, request) => {
      const issues = await checkDefinition(db, holderOf(request).workspaceId, body.definition);
      return ok({ issues: [...issues] });
    },
    'GET /api/workflows/:workflowId/statistics': async ({ params, query }, request) => {
      const { workspaceId } = holderOf(request);
      const { workflowId } = params;
      if ((await findWorkflow(db, workspaceId, { id: workflowId })) === undefined) return NO_WORKFLOW;
      const range = {
        workspaceId,
        workflowId,
        version: query.version,
        from: instant(query.from),
        to: instant(query.to),
      };
      const [total, minutes] = await Promise.all([readTotals(db, range), readMinutes(db, range)]);
      return ok({ total, minutes: minutes.map((row) => ({ ...row, minute: row.minute.toISOString() })) });
    },
  };
}

function nameTaken(name: string) {
  return problem({
    status: 409,
    code: 'name-taken',
    title: `There is another workflow named "${name}".`,
  });
}

function instant(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
