import type { Queryable } from '../platform/db/database.ts';
import { normalizeIdentifier } from './identifiers.ts';
import type { IdentifierKind } from './identifiers.ts';

export interface Profile {
  readonly id: string;
  readonly clientId: number;
  readonly uuid: string | null;
  readonly customId: string | null;
  readonly email: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The profile that owns an identifier; undefined where nobody does. */
export async function findProfile(
  db: Queryable,
  workspaceId: string,
  kind: IdentifierKind,
  value: string,
): Promise<Profile | undefined> {
  const row = await db
    .selectFrom('profile_identifier as i')
    .innerJoin('profile as p', (join) =>
      join.onRef('p.workspace_id', '=', 'i.workspace_id').onRef('p.id', '=', 'i.profile_id'),
    )
    .selectAll('p')
    .where('i.workspace_id', '=', workspaceId)
    .where('i.kind', '=', kind)
    .where('i.value', '=', normalizeIdentifier(kind, value))
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    id: row.id,
    clientId: row.client_id,
    uuid: row.uuid,
    customId: row.custom_id,
    email: row.email,
    attributes: attributesOf(row.attributes),
    tags: row.tags,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** The stored attributes as an object; the column holds nothing else. */
export function attributesOf(stored: unknown): Readonly<Record<string, unknown>> {
  return typeof stored === 'object' && stored !== null ? { ...stored } : {};
}
