import { replayReportSchema } from '@laurel/contract';
import type { z } from 'zod';

import type { Queryable, Tx } from '../platform/db/database.ts';
import type { RunPlace } from './run-filter.ts';

export type ReplayReport = z.input<typeof replayReportSchema>;

/** How far a request to do runs again has come. */
export interface ReplayProgress {
  readonly createdAt: Date;
  readonly digest: Buffer;
  /** The run that was looked at last. */
  readonly cursor: RunPlace | undefined;
  readonly report: ReplayReport;
  readonly isFinished: boolean;
}

export interface ReplayKey {
  readonly workspaceId: string;
  readonly requestId: string;
}

const refused = replayReportSchema.shape.refused;

/** Notes a request down, unless it is known, and answers how far it has come. */
export async function beginReplay(
  db: Queryable,
  { workspaceId, requestId }: ReplayKey,
  request: { readonly digest: Buffer; readonly now: Date; readonly refused: ReplayReport['refused'] },
): Promise<ReplayProgress> {
  await db
    .insertInto('replay')
    .values({
      workspace_id: workspaceId,
      id: requestId,
      digest: request.digest,
      created_at: request.now,
      refused: JSON.stringify(request.refused),
    })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'id']).doNothing())
    .execute();
  return await readReplay(db, { workspaceId, requestId });
}

/** Locked until the end of the transaction where `lock` is set. */
export async function readReplay(
  db: Queryable,
  { workspaceId, requestId }: ReplayKey,
  lock = false,
): Promise<ReplayProgress> {
  const select = db
    .selectFrom('replay')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', requestId);
  const row = await (lock ? select.forUpdate() : select).executeTakeFirstOrThrow();
  return {
    createdAt: row.created_at,
    digest: row.digest,
    cursor:
      row.cursor_id === null || row.cursor_started_at === null
        ? undefined
        : { startedAt: row.cursor_started_at, id: row.cursor_id },
    report: { started: row.started, refused: refused.parse(row.refused), more: row.more },
    isFinished: row.finished_at !== null,
  };
}

export async function writeReplay(
  tx: Tx,
  { workspaceId, requestId }: ReplayKey,
  cursor: RunPlace | undefined,
  report: ReplayReport,
  finishedAt: Date | null,
): Promise<void> {
  await tx
    .updateTable('replay')
    .set({
      ...(cursor && { cursor_started_at: cursor.startedAt, cursor_id: cursor.id }),
      started: report.started,
      refused: JSON.stringify(report.refused),
      more: report.more,
      finished_at: finishedAt,
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', requestId)
    .execute();
}
