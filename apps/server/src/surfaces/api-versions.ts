import type { lifecycleEndpoints } from '@laurel/contract';
import { diffDefinitions } from '@laurel/workflow';

import { holderOf } from '../access/index.ts';
import { ok } from '../platform/http/mount.ts';
import type { Handlers } from '../platform/http/mount.ts';
import type { Platform } from '../platform/platform.ts';
import { previewPublication } from '../runs/index.ts';
import type { InsideCount } from '../runs/index.ts';
import { findWorkflow, listPublications, listVersions, readVersion } from '../workflows/index.ts';
import { NO_VERSION, NO_WORKFLOW, publicationView } from './workflow-view.ts';

type VersionHandlers = Pick<
  Handlers<typeof lifecycleEndpoints>,
  | 'GET /api/workflows/:workflowId/publish-preview'
  | 'GET /api/workflows/:workflowId/versions'
  | 'GET /api/workflows/:workflowId/versions/:version'
  | 'GET /api/workflows/:workflowId/versions/diff'
>;

/** The versions of workflows, and what publishing one would mean. */
export function versionHandlers({ db }: Platform): VersionHandlers {
  return {
    'GET /api/workflows/:workflowId/publish-preview': async ({ params, query }, request) => {
      const { workspaceId } = holderOf(request);
      const workflow = await findWorkflow(db, workspaceId, { id: params.workflowId });
      if (workflow === undefined) return NO_WORKFLOW;
      const version = query.version ?? workflow.newestVersion;
      const inside = await previewPublication(db, { workspaceId, ...params }, version);
      if (inside === undefined) return NO_VERSION;
      return ok({ version, inside: inside.map(insideView), total: totalOf(inside) });
    },
    'GET /api/workflows/:workflowId/versions': async ({ params }, request) => {
      const { workspaceId } = holderOf(request);
      const workflow = await findWorkflow(db, workspaceId, { id: params.workflowId });
      if (workflow === undefined) return NO_WORKFLOW;
      const [versions, publications] = await Promise.all([
        listVersions(db, workspaceId, workflow),
        listPublications(db, { workspaceId, ...params }),
      ]);
      return ok({
        versions: versions.map(({ createdAt, publishedAt, ...version }) => ({
          ...version,
          createdAt: createdAt.toISOString(),
          ...(publishedAt !== undefined && { publishedAt: publishedAt.toISOString() }),
        })),
        publications: publications.map(publicationView),
      });
    },
    'GET /api/workflows/:workflowId/versions/:version': async ({ params }, request) => {
      const { workspaceId } = holderOf(request);
      const { workflowId, version } = params;
      if ((await findWorkflow(db, workspaceId, { id: workflowId })) === undefined) return NO_WORKFLOW;
      const definition = await readVersion(db, workspaceId, workflowId, version);
      return definition === undefined ? NO_VERSION : ok({ version, definition });
    },
    'GET /api/workflows/:workflowId/versions/diff': async ({ params, query }, request) => {
      const { workspaceId } = holderOf(request);
      const { workflowId } = params;
      if ((await findWorkflow(db, workspaceId, { id: workflowId })) === undefined) return NO_WORKFLOW;
      const [from, to] = await Promise.all(
        [query.from, query.to].map(
          async (version) => await readVersion(db, workspaceId, workflowId, version),
        ),
      );
      if (from === undefined || to === undefined) return NO_VERSION;
      const { settings, added, removed, changed, connections } = diffDefinitions(from, to);
      return ok({
        settings: [...settings],
        added: [...added],
        removed: [...removed],
        changed: changed.map((change) => ({ ...change, fields: [...change.fields] })),
        connections: [...connections],
      });
    },
  };
}

function insideView({ move, ...count }: InsideCount) {
  return { ...count, move: move.kind, ...(move.kind === 'stays' && { reason: move.reason }) };
}

function totalOf(inside: readonly InsideCount[]) {
  const of = (counted: (count: InsideCount) => boolean): number =>
    inside.filter(counted).reduce((sum, { runs }) => sum + runs, 0);
  return {
    inside: of(() => true),
    already: of(({ move }) => move.kind === 'already'),
    moves: of(({ move }) => move.kind === 'moves'),
    stays: of(({ move }) => move.kind === 'stays'),
    stops: of(({ stops }) => stops),
  };
}
