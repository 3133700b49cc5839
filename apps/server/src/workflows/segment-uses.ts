import { bindNode } from '@laurel/workflow';
import type { Definition } from '@laurel/workflow';

import type { Queryable } from '../platform/db/database.ts';
import { segmentOf } from '../segments/index.ts';
import type { FindSegmentUses } from '../segments/index.ts';
import { storedDefinition } from './active-workflows.ts';

/** The workflows whose newest or active version names the segment, by its id or its name. */
export const findSegmentUses: FindSegmentUses = async (tx, workspaceId, segmentId) => {
  const segment = await segmentOf(tx, workspaceId, segmentId);
  if (segment === undefined) return [];
  const users = new Map<string, string>();
  for (const { id, name, definition } of await liveDefinitions(tx, workspaceId)) {
    const references = segmentReferencesOf(storedDefinition(definition));
    if (references.has(segment.id) || references.has(segment.name)) users.set(id, name);
  }
  return Array.from(users, ([workflowId, name]) => ({ workflowId, name }));
};

async function liveDefinitions(db: Queryable, workspaceId: string) {
  return await db
    .selectFrom('workflow as w')
    .innerJoin('workflow_version as v', (join) =>
      join.onRef('v.workspace_id', '=', 'w.workspace_id').onRef('v.workflow_id', '=', 'w.id'),
    )
    .select(['w.id', 'w.name', 'v.definition'])
    .where('w.workspace_id', '=', workspaceId)
    .where((eb) =>
      eb.or([
        eb('v.version', '=', eb.ref('w.newest_version')),
        eb('v.version', '=', eb.ref('w.active_version')),
      ]),
    )
    .orderBy('w.name')
    .execute();
}

/** What the nodes ask about when they are checked is what they refer to. */
function segmentReferencesOf(definition: Definition): ReadonlySet<string> {
  const references = new Set<string>();
  const environment = {
    hasEventDefinition: () => true,
    hasConnection: () => true,
    hasSegment: (reference: string) => {
      references.add(reference);
      return true;
    },
    checkTemplate: () => [],
  };
  for (const node of definition.nodes) bindNode(node).check(environment);
  return references;
}
