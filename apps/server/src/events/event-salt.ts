import { sql } from 'kysely';

import { instants, texts, uuids } from '../platform/db/array-parameters.ts';
import type { Tx } from '../platform/db/database.ts';
import type { NewEvent } from './event-store.ts';

export interface SaltedEvent {
  readonly event: NewEvent;
  readonly claimedTime: Date;
  readonly salt: string | undefined;
}

/**
 * Overwrites the events that were sent before with the same salt, profile, action and time, and answers those that
 * are new. An overwrite keeps the event's id and starts nothing. The time compared is the one that the sender
 * named: an event from a clock that runs ahead is stored with the time of receipt, and is the same event when it is
 * sent again. Source: Synerise's SDK on `eventSalt`.
 */
export async function overwriteSalted(tx: Tx, incoming: readonly SaltedEvent[]): Promise<NewEvent[]> {
  const salted = new Map<string, SaltedEvent & { salt: string }>();
  const fresh: NewEvent[] = [];
  for (const item of incoming) {
    const { event, salt, claimedTime } = item;
    if (salt === undefined) {
      fresh.push(event);
      continue;
    }
    // The same salted event twice in one batch: the later one overwrites the earlier one, which was never stored.
    const key = saltKey({ ...event, time: claimedTime, salt });
    const first = salted.get(key);
    salted.set(key, { ...item, salt, event: { ...event, id: first?.event.id ?? event.id } });
  }
  if (salted.size === 0) return fresh;
  const sorted = [...salted].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
  const { rows } = await sql<{ event_id: string }>`
    insert into event_salt (workspace_id, profile_id, action, time, salt, event_id, received_at)
    select * from unnest(
      ${uuids(sorted.map(({ event }) => event.workspaceId))}::uuid[],
      ${uuids(sorted.map(({ event }) => event.profileId))}::uuid[],
      ${texts(sorted.map(({ event }) => event.action))}::text[],
      ${instants(sorted.map(({ claimedTime }) => claimedTime))}::timestamptz[],
      ${texts(sorted.map(({ salt }) => salt))}::text[],
      ${uuids(sorted.map(({ event }) => event.id))}::uuid[],
      ${instants(sorted.map(({ event }) => event.receivedAt))}::timestamptz[])
    on conflict do nothing
    returning event_id`.execute(tx);
  const stored = new Set(rows.map((row) => row.event_id));
  for (const item of sorted) {
    if (stored.has(item.event.id)) fresh.push(item.event);
    else await overwrite(tx, item);
  }
  return fresh;
}

async function overwrite(tx: Tx, { event, claimedTime, salt }: SaltedEvent): Promise<void> {
  await sql`
    update event e set params = ${JSON.stringify(event.params)}::jsonb
    from event_salt s
    where s.workspace_id = ${event.workspaceId} and s.profile_id = ${event.profileId}
      and s.action = ${event.action} and s.time = ${claimedTime} and s.salt = ${salt ?? ''}
      and e.workspace_id = s.workspace_id and e.profile_id = s.profile_id
      and e.received_at = s.received_at and e.id = s.event_id`.execute(tx);
}

function saltKey(parts: {
  workspaceId: string;
  profileId: string;
  action: string;
  time: Date;
  salt: string;
}): string {
  return [parts.workspaceId, parts.profileId, parts.action, parts.time.toISOString(), parts.salt].join('\0');
}
