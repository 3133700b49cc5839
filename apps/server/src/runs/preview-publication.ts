import { nodeById } from '@laurel/workflow';
import type { Definition } from '@laurel/workflow';
import { sql } from 'kysely';

import type { Database } from '../platform/db/database.ts';
import { readVersion } from '../workflows/index.ts';
import type { WorkflowKey } from '../workflows/index.ts';
import { UNKNOWN_REQUEST } from './load-inside.ts';
import { moveVerdict } from './move-verdict.ts';
import type { MoveVerdict } from './move-verdict.ts';

/** Runs that are inside at the same place, and what would become of them. */
export interface InsideCount {
  readonly version: number;
  readonly nodeId: string;
  readonly title: string;
  /** As `run_step.state`. */
  readonly state: string;
  readonly runs: number;
  /** What becomes of them where the runs inside are moved. `already`: they are on that version. */
  readonly move: MoveVerdict | { readonly kind: 'already' };
  /** Whether they are stopped where the runs inside are: those on other versions that are not ending anyway. */
  readonly stops: boolean;
}

interface Row {
  version: number;
  node_id: string;
  state: string;
  ending: boolean;
  unknown_request: boolean;
  runs: number;
}

/** Who is inside, and what a publication of that version would mean for them; undefined where there is no such version. */
export async function previewPublication(
  db: Database,
  { workspaceId, workflowId }: WorkflowKey,
  version: number,
): Promise<InsideCount[] | undefined> {
  const to = await readVersion(db, workspaceId, workflowId, version);
  if (to === undefined) return undefined;
  const { rows } = await sql<Row>`
    select version, node_id, state, ending, unknown_request, count(*) as runs from (
      select r.version, s.node_id, s.state, r.stop_reason is not null as ending, ${UNKNOWN_REQUEST} as unknown_request
      from run r
      join run_step s on s.workspace_id = r.workspace_id and s.profile_id = r.profile_id and s.run_id = r.id
        and s.left_at is null
      where r.workspace_id = ${workspaceId} and r.workflow_id = ${workflowId} and r.state = 'running') i
    group by version, node_id, state, ending, unknown_request
    order by version, node_id, state, ending, unknown_request`.execute(db);
  const definitions = new Map<number, Definition | undefined>();
  for (const row of rows) {
    if (definitions.has(row.version)) continue;
    definitions.set(row.version, await readVersion(db, workspaceId, workflowId, row.version));
  }
  return rows.flatMap((row): InsideCount[] => {
    const from = definitions.get(row.version);
    if (from === undefined) return [];
    const { node_id: nodeId, state, runs } = row;
    const here = row.version === version;
    const title = nodeById(from, nodeId)?.title ?? nodeId;
    const move = here ? { kind: 'already' as const } : verdictOf(from, to, row);
    return [{ version: row.version, nodeId, title, state, runs, move, stops: !here && !row.ending }];
  });
}

function verdictOf(from: Definition, to: Definition, row: Row): MoveVerdict {
  if (row.ending) return { kind: 'stays', reason: 'it goes no further than its step' };
  return moveVerdict(from, to, { nodeId: row.node_id, unknownRequest: row.unknown_request });
}
