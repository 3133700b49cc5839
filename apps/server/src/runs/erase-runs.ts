import { sql } from 'kysely';

import type { Tx } from '../platform/db/database.ts';
import type { ProfileKey } from '../profiles/index.ts';

/**
 * Ends the runs of a deleted profile and erases what its requests said; that they were sent, when and with which status
 * stays. The ledger of issuances stays whole: it is the evidence of what was issued to whom. A step that is being worked
 * on finds its run over.
 */
export async function eraseRuns(tx: Tx, now: Date, { workspaceId, profileId }: ProfileKey): Promise<void> {
  await sql`
    update run set state = 'cancelled', reason = 'its profile was deleted', ended_at = ${now}
    where workspace_id = ${workspaceId} and profile_id = ${profileId} and state = 'running'`.execute(tx);
  await sql`
    update attempt set url = '', headers = '{}', body = null, response = null, error = null
    where workspace_id = ${workspaceId} and profile_id = ${profileId}`.execute(tx);
}
