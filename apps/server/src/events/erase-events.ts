import { sql } from 'kysely';

import type { Tx } from '../platform/db/database.ts';
import type { ProfileKey } from '../profiles/index.ts';

/** Erases what the events of a deleted profile say. That they happened stays, for runs and counters refer to it. */
export async function eraseEvents(tx: Tx, _now: Date, { workspaceId, profileId }: ProfileKey): Promise<void> {
  await sql`
    update event set params = '{}'
    where workspace_id = ${workspaceId} and profile_id = ${profileId}`.execute(tx);
  await sql`
    delete from event_salt where workspace_id = ${workspaceId} and profile_id = ${profileId}`.execute(tx);
}
