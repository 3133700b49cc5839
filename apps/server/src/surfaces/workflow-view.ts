import type { Issue } from '@laurel/workflow';

import { problem } from '../platform/http/mount.ts';
import type { Conflict, Publication, Workflow } from '../workflows/index.ts';

export const NO_WORKFLOW = problem({
  status: 404,
  code: 'workflow-not-found',
  title: 'There is no workflow with this id.',
});

export const NO_VERSION = problem({
  status: 404,
  code: 'version-not-found',
  title: 'The workflow has no such version.',
});

export function conflictProblem({ code, message }: Conflict) {
  return problem({ status: 409, code, title: message });
}

export function invalidWorkflow(issues: readonly Issue[]) {
  return problem({
    status: 422,
    code: 'workflow-invalid',
    title: 'The workflow has errors.',
    errors: issues
      .filter(({ severity }) => severity === 'error')
      .map(({ nodeId, field, message }) => ({ field: [nodeId, field].filter(Boolean).join(' '), message })),
  });
}

export function workflowView(workflow: Workflow) {
  const { createdAt, updatedAt, activeVersion, startAt, stopAt, ...rest } = workflow;
  return {
    ...rest,
    ...(activeVersion !== undefined && { activeVersion }),
    ...(startAt !== undefined && { startAt: startAt.toISOString() }),
    ...(stopAt !== undefined && { stopAt: stopAt.toISOString() }),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

export function publicationView(publication: Publication) {
  const { id, version, note, publishedAt, runsInside, moved, stayed, stopped, settledAt } = publication;
  return {
    id,
    version,
    note,
    publishedAt: publishedAt.toISOString(),
    runsInside,
    moved,
    stayed,
    stopped,
    ...(settledAt !== undefined && { settledAt: settledAt.toISOString() }),
  };
}
