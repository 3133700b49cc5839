import type { Queryable } from '../platform/db/database.ts';
import { countRunsInside } from './runs-inside.ts';
import type { Workflow } from './workflow-store.ts';

export interface VersionSummary {
  readonly version: number;
  /** What was said when it was published last. */
  readonly note: string;
  /** Of a draft: when it was saved last. */
  readonly createdAt: Date;
  /** When it was published last; undefined: it is a draft. */
  readonly publishedAt: Date | undefined;
  /** Whether new runs take it. */
  readonly active: boolean;
  /** Runs on it that are not over. */
  readonly runsInside: number;
}

/** The newest first. */
export async function listVersions(
  db: Queryable,
  workspaceId: string,
  { id: workflowId, activeVersion }: Workflow,
): Promise<VersionSummary[]> {
  const rows = await db
    .selectFrom('workflow_version')
    .select(['version', 'note', 'created_at', 'published_at'])
    .where('workspace_id', '=', workspaceId)
    .where('workflow_id', '=', workflowId)
    .orderBy('version', 'desc')
    .execute();
  const inside = await countRunsInside(db, { workspaceId, workflowId });
  return rows.map(({ version, note, created_at: createdAt, published_at: publishedAt }) => ({
    version,
    note,
    createdAt,
    publishedAt: publishedAt ?? undefined,
    active: version === activeVersion,
    runsInside: inside.get(version) ?? 0,
  }));
}
