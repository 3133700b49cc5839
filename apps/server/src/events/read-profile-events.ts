import { sql } from 'kysely';

import type { Queryable } from '../platform/db/database.ts';

export interface ProfileEvent {
  readonly id: string;
  readonly action: string;
  readonly time: Date;
  readonly receivedAt: Date;
  readonly source: string;
  readonly params: unknown;
}

export interface ProfileEventsQuery {
  readonly workspaceId: string;
  readonly profileId: string;
  readonly action?: string | undefined;
  /** An instant in ISO 8601, or `next` of the page before. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/**
 * A page of a profile's events, newest first by the time at which they happened. `next` leads to the page after, where
 * there is one: the time and the id of the last event, so that of events of one instant none is left out or shown twice.
 */
export async function readProfileEvents(
  db: Queryable,
  query: ProfileEventsQuery,
): Promise<{ readonly events: readonly ProfileEvent[]; readonly next: string | undefined }> {
  let select = db
    .selectFrom('event')
    .select(['id', 'action', 'time', 'received_at', 'source', 'params'])
    .where('workspace_id', '=', query.workspaceId)
    .where('profile_id', '=', query.profileId);
  if (query.action !== undefined) select = select.where('action', '=', query.action);
  if (query.before !== undefined) {
    const [time, id] = query.before.split('_');
    select =
      id === undefined
        ? select.where('time', '<', new Date(time ?? ''))
        : select.where(sql<boolean>`(time, id) < (${time}::timestamptz, ${id}::uuid)`);
  }
  const rows = await select
    .orderBy('time', 'desc')
    .orderBy('id', 'desc')
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    events: page.map(({ received_at: receivedAt, ...event }) => ({ ...event, receivedAt })),
    next:
      rows.length > page.length && last !== undefined ? `${last.time.toISOString()}_${last.id}` : undefined,
  };
}
