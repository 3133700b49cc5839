import { sql } from 'kysely';

import type { Queryable } from '../platform/db/database.ts';
import type { Conflict } from './lifecycle.ts';
import { findUnsettledPublication } from './publication-store.ts';
import type { WorkflowKey } from './workflow-store.ts';

// Runs are the domain above this one. What becomes of a workflow depends on whether it has any, and that is all that is
// asked of them here.

/** How many runs are inside, by the version that they are on. */
export async function countRunsInside(
  db: Queryable,
  { workspaceId, workflowId }: WorkflowKey,
): Promise<ReadonlyMap<number, number>> {
  const { rows } = await sql<{ version: number; runs: number }>`
    select version, count(*) as runs from run
    where workspace_id = ${workspaceId} and workflow_id = ${workflowId} and state = 'running'
    group by version`.execute(db);
  return new Map(rows.map(({ version, runs }) => [version, runs]));
}

/** Whether runs of a stopped workflow have not been told so yet: one that starts again would go on with them. */
async function hasRunsToEnd(db: Queryable, { workspaceId, workflowId }: WorkflowKey): Promise<boolean> {
  const { rows } = await sql`
    select 1 from run where workspace_id = ${workspaceId} and workflow_id = ${workflowId}
      and state = 'running' and stop_reason is null limit 1`.execute(db);
  return rows.length > 0;
}

/** What a stopped workflow's runs have against a start. */
export async function runsEnding(db: Queryable, key: WorkflowKey): Promise<Conflict | undefined> {
  if (!(await hasRunsToEnd(db, key))) return undefined;
  return {
    kind: 'conflict',
    code: 'runs-ending',
    message: 'The runs of before are still being ended: try again in a few seconds.',
  };
}

/** What the runs of the publication before have against the next one. */
export async function runsMoving(db: Queryable, key: WorkflowKey): Promise<Conflict | undefined> {
  const publication = await findUnsettledPublication(db, key);
  if (publication === undefined) return undefined;
  return {
    kind: 'conflict',
    code: 'runs-moving',
    message: `The runs inside are still being ${publication.runsInside === 'move' ? 'moved to' : 'stopped for'} version ${publication.version}: try again in a few seconds.`,
  };
}
