import { sql } from 'kysely';

import type { Tx } from '../platform/db/database.ts';
import type { ProfileContent } from './profile-content.ts';
import { attributesOf } from './profile-store.ts';

export interface ProfileKey {
  readonly workspaceId: string;
  readonly profileId: string;
}

export interface LockedProfile extends ProfileKey {
  readonly email: string | null;
  readonly customId: string | null;
  readonly uuid: string | null;
  readonly content: ProfileContent;
}

/** Both parts: a profile's id with another workspace's is nobody. */
export function profileKey({ workspaceId, profileId }: ProfileKey): string {
  return `${workspaceId} ${profileId}`;
}

/**
 * Reads profiles and holds them until the transaction ends, by `profileKey`; those that there are not are left out.
 *
 * The rows are held by an update that changes nothing: `for update` over rows of several shards is what Citus refuses.
 * Sorted, so that batches meet in one order; where a plan joins in another and two batches do wait for each other in turn,
 * the database ends one, and it is run again.
 */
export async function lockProfiles(
  tx: Tx,
  keys: readonly ProfileKey[],
): Promise<ReadonlyMap<string, LockedProfile>> {
  const distinct = new Map(keys.map((key) => [profileKey(key), key]));
  const wanted = [...distinct].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key);
  if (wanted.length === 0) return new Map();
  const { rows } = await sql<{
    workspace_id: string;
    id: string;
    email: string | null;
    custom_id: string | null;
    uuid: string | null;
    attributes: unknown;
    tags: string[];
  }>`
    update profile p set updated_at = p.updated_at
    from unnest(
      ${wanted.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${wanted.map(({ profileId }) => profileId)}::uuid[]) as w(workspace_id, id)
    where p.workspace_id = w.workspace_id and p.id = w.id
    returning p.workspace_id, p.id, p.email, p.custom_id, p.uuid, p.attributes, p.tags`.execute(tx);
  return new Map(
    rows.map((row) => {
      const key = { workspaceId: row.workspace_id, profileId: row.id };
      const content = { attributes: attributesOf(row.attributes), tags: row.tags };
      return [
        profileKey(key),
        { ...key, email: row.email, customId: row.custom_id, uuid: row.uuid, content },
      ];
    }),
  );
}

/** Writes the content of profiles that the transaction holds. */
export async function writeContents(
  tx: Tx,
  now: Date,
  changed: readonly (ProfileKey & { readonly content: ProfileContent })[],
): Promise<void> {
  if (changed.length === 0) return;
  await sql`
    update profile p set attributes = t.attributes, updated_at = ${now},
      tags = array(select jsonb_array_elements_text(t.tags))
    from unnest(
      ${changed.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${changed.map(({ profileId }) => profileId)}::uuid[],
      ${changed.map(({ content }) => JSON.stringify(content.attributes))}::jsonb[],
      ${changed.map(({ content }) => JSON.stringify(content.tags))}::jsonb[])
      as t(workspace_id, id, attributes, tags)
    where p.workspace_id = t.workspace_id and p.id = t.id`.execute(tx);
}
