import { sql } from 'kysely';

import type { Tx } from '../platform/db/database.ts';
import type { ProfileKey } from './content-store.ts';

/** Erases what another domain keeps of a person, as part of the transaction that deletes the profile. */
export type ProfileErasure = (tx: Tx, now: Date, key: ProfileKey) => Promise<void>;

/**
 * Deletes a profile with its identifiers, and what the other domains keep of the person. Answers false where there is no
 * such profile.
 */
export async function deleteProfile(
  tx: Tx,
  now: Date,
  key: ProfileKey,
  erasures: readonly ProfileErasure[],
): Promise<boolean> {
  const { workspaceId, profileId } = key;
  const { rows } = await sql`
    delete from profile where workspace_id = ${workspaceId} and id = ${profileId} returning 1`.execute(tx);
  if (rows.length === 0) return false;
  await sql`
    delete from profile_identifier where workspace_id = ${workspaceId} and profile_id = ${profileId}`.execute(
    tx,
  );
  for (const erase of erasures) await erase(tx, now, key);
  return true;
}
