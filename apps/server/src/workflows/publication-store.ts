import type { Queryable, Tx } from '../platform/db/database.ts';
import type { WorkflowKey } from './workflow-store.ts';

const RUNS_INSIDE = ['finish', 'move', 'stop'] as const;
/** What becomes of the runs on other versions when one is published: they finish there, move over, or are stopped. */
export type RunsInside = (typeof RUNS_INSIDE)[number];

/** That a version became the one that new runs take, and what became of the runs inside. */
export interface Publication {
  readonly id: string;
  readonly version: number;
  readonly note: string;
  readonly publishedAt: Date;
  readonly runsInside: RunsInside;
  /** The run that was reached last, in the order of their ids; undefined before the first. */
  readonly cursor: string | undefined;
  readonly moved: number;
  readonly stayed: number;
  readonly stopped: number;
  /** Undefined: runs are still to be moved or stopped. */
  readonly settledAt: Date | undefined;
}

interface Row {
  id: string;
  version: number;
  note: string;
  published_at: Date;
  runs_inside: string;
  cursor: string | null;
  moved: number;
  stayed: number;
  stopped: number;
  settled_at: Date | null;
}

function publicationOf(row: Row): Publication {
  const { published_at: publishedAt, runs_inside: chosen, settled_at: settledAt, ...rest } = row;
  const runsInside = RUNS_INSIDE.find((known) => known === chosen);
  if (runsInside === undefined) throw new Error(`a publication has the unknown choice ${chosen}`);
  return {
    ...rest,
    publishedAt,
    runsInside,
    cursor: row.cursor ?? undefined,
    settledAt: settledAt ?? undefined,
  };
}

function selectFrom(db: Queryable, { workspaceId, workflowId }: WorkflowKey) {
  return db
    .selectFrom('publication')
    .select([
      'id',
      'version',
      'note',
      'published_at',
      'runs_inside',
      'cursor',
      'moved',
      'stayed',
      'stopped',
      'settled_at',
    ])
    .where('workspace_id', '=', workspaceId)
    .where('workflow_id', '=', workflowId);
}

export async function insertPublication(
  tx: Tx,
  { workspaceId, workflowId }: WorkflowKey,
  made: Pick<Publication, 'id' | 'version' | 'note' | 'publishedAt' | 'runsInside'>,
): Promise<void> {
  await tx
    .insertInto('publication')
    .values({
      workspace_id: workspaceId,
      workflow_id: workflowId,
      id: made.id,
      version: made.version,
      note: made.note,
      published_at: made.publishedAt,
      runs_inside: made.runsInside,
      settled_at: made.runsInside === 'finish' ? made.publishedAt : null,
    })
    .execute();
}

/** The newest first. */
export async function listPublications(db: Queryable, key: WorkflowKey, limit = 50): Promise<Publication[]> {
  const rows = await selectFrom(db, key).orderBy('id', 'desc').limit(limit).execute();
  return rows.map(publicationOf);
}

/** There is at most one: the next publication waits for it. */
export async function findUnsettledPublication(
  db: Queryable,
  key: WorkflowKey,
): Promise<Publication | undefined> {
  const row = await selectFrom(db, key).where('settled_at', 'is', null).executeTakeFirst();
  return row === undefined ? undefined : publicationOf(row);
}

/** How far the runs of a publication have come since it was read. */
export interface PublicationProgress {
  readonly cursor: string | undefined;
  readonly moved: number;
  readonly stayed: number;
  readonly stopped: number;
  /** Undefined where there are more runs. */
  readonly settledAt: Date | undefined;
}

export async function advancePublication(
  tx: Tx,
  { workspaceId, workflowId }: WorkflowKey,
  publication: Publication,
  progress: PublicationProgress,
): Promise<void> {
  await tx
    .updateTable('publication')
    .set({
      cursor: progress.cursor ?? publication.cursor ?? null,
      moved: publication.moved + progress.moved,
      stayed: publication.stayed + progress.stayed,
      stopped: publication.stopped + progress.stopped,
      settled_at: progress.settledAt ?? null,
    })
    .where('workspace_id', '=', workspaceId)
    .where('workflow_id', '=', workflowId)
    .where('id', '=', publication.id)
    .execute();
}

/** A workflow that is stopped ends all runs: nothing is left to be done for its publications. */
export async function settlePublications(
  tx: Tx,
  { workspaceId, workflowId }: WorkflowKey,
  now: Date,
): Promise<void> {
  await tx
    .updateTable('publication')
    .set({ settled_at: now })
    .where('workspace_id', '=', workspaceId)
    .where('workflow_id', '=', workflowId)
    .where('settled_at', 'is', null)
    .execute();
}
