import { sql } from 'kysely';

import type { Queryable } from '../platform/db/database.ts';
import { normalizeIdentifier } from './identifiers.ts';
import type { IdentifierKind } from './identifiers.ts';
import { isNativeField } from './native-fields.ts';

export interface Profile {
  readonly id: string;
  readonly clientId: number;
  readonly uuid: string | null;
  readonly customId: string | null;
  readonly email: string | null;
  /** Native fields such as `firstName` that the profile has, by name. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Attributes of the senders' own, by name. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface ProfileRow {
  id: string;
  client_id: number;
  uuid: string | null;
  custom_id: string | null;
  email: string | null;
  attributes: unknown;
  tags: string[];
  created_at: Date;
  updated_at: Date;
}

export function profileOf(row: ProfileRow): Profile {
  const stored = Object.entries(attributesOf(row.attributes));
  return {
    id: row.id,
    clientId: row.client_id,
    uuid: row.uuid,
    customId: row.custom_id,
    email: row.email,
    fields: Object.fromEntries(stored.filter(([name]) => isNativeField(name))),
    attributes: Object.fromEntries(stored.filter(([name]) => !isNativeField(name))),
    tags: row.tags,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
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
  return row && profileOf(row);
}

export interface ProfileDetails extends Profile {
  /** All uuids that lead to the profile, the present one among them. */
  readonly uuids: readonly string[];
}

/** A profile by its own id, with all its uuids; undefined where there is none. */
export async function readProfile(
  db: Queryable,
  workspaceId: string,
  profileId: string,
): Promise<ProfileDetails | undefined> {
  const row = await db
    .selectFrom('profile as p')
    .selectAll('p')
    .select(
      sql<string[]>`array(
        select i.value from profile_identifier i
        where i.workspace_id = p.workspace_id and i.profile_id = p.id and i.kind = 'uuid'
        order by i.value)`.as('uuids'),
    )
    .where('p.workspace_id', '=', workspaceId)
    .where('p.id', '=', profileId)
    .executeTakeFirst();
  return row && { ...profileOf(row), uuids: row.uuids };
}

/** The stored attributes as an object; the column holds nothing else. */
export function attributesOf(stored: unknown): Readonly<Record<string, unknown>> {
  return typeof stored === 'object' && stored !== null ? { ...stored } : {};
}
