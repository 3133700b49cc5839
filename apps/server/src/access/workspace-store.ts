import type { Queryable } from '../platform/db/database.ts';

export interface Workspace {
  readonly guid: string;
  readonly name: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** Throws where there is none of this id: whoever asks is of it. */
export async function readWorkspace(db: Queryable, workspaceId: string): Promise<Workspace> {
  return await db
    .selectFrom('workspace')
    .select(['guid', 'name', 'time_zone as timeZone'])
    .where('id', '=', workspaceId)
    .executeTakeFirstOrThrow();
}
