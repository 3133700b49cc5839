import type { Queryable } from '../platform/db/database.ts';
import { attributesOf } from '../profiles/index.ts';
import type { Profile } from '../profiles/index.ts';

/** What a person sees of a profile in a segment. */
export type SegmentProfile = Pick<
  Profile,
  'id' | 'clientId' | 'uuid' | 'customId' | 'email' | 'attributes' | 'tags'
>;

/** The profiles of these ids that are there, in order of id. */
export async function loadSegmentProfiles(
  db: Queryable,
  workspaceId: string,
  ids: readonly string[],
): Promise<SegmentProfile[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('profile')
    .select(['id', 'client_id', 'uuid', 'custom_id', 'email', 'attributes', 'tags'])
    .where('workspace_id', '=', workspaceId)
    .where('id', 'in', [...ids])
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    clientId: row.client_id,
    uuid: row.uuid,
    customId: row.custom_id,
    email: row.email,
    attributes: attributesOf(row.attributes),
    tags: row.tags,
  }));
}
