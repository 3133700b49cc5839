import { sql } from 'kysely';

import type { Database } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import type { TestProfile } from './evaluate-segment.ts';

/** Stores profiles with their events, as they are. */
export async function storeProfiles(
  db: Database,
  workspaceId: string,
  profiles: readonly TestProfile[],
): Promise<void> {
  if (profiles.length === 0) return;
  await db
    .insertInto('profile')
    .values(
      profiles.map(({ id, email, customId, uuid, attributes, tags }, index) => ({
        workspace_id: workspaceId,
        id,
        client_id: index + 1,
        email,
        custom_id: customId,
        uuid,
        attributes: JSON.stringify(attributes),
        tags: [...tags],
      })),
    )
    .execute();
  const events = profiles.flatMap(({ id, events }) => events.map((event) => ({ ...event, profileId: id })));
  await sql`
    insert into event (workspace_id, profile_id, received_at, id, action, time, params, source)
    select ${workspaceId}::uuid, *, 'api' from unnest(
      ${events.map(({ profileId }) => profileId)}::uuid[],
      ${events.map(({ receivedAt }) => receivedAt.toISOString())}::timestamptz[],
      ${events.map(() => newId())}::uuid[],
      ${events.map(({ action }) => action)}::text[],
      ${events.map(({ time }) => time.toISOString())}::timestamptz[],
      ${events.map(({ params }) => JSON.stringify(params))}::jsonb[])`.execute(db);
}
