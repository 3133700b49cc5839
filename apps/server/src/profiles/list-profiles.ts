import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

import type { Queryable } from '../platform/db/database.ts';
import { IDENTIFIER_KINDS, identifierProblem, normalizeIdentifier } from './identifiers.ts';
import { profileOf } from './profile-store.ts';
import type { Profile, ProfileRow } from './profile-store.ts';

/** What the list of the compatible API can be sorted by, as it documents it. */
export const SORT_FIELDS = ['firstName', 'lastName', 'lastActivityDate', 'email', 'city', 'phone'] as const;
export type SortField = (typeof SORT_FIELDS)[number];

export interface ProfileList {
  readonly workspaceId: string;
  /** Only profiles without an e-mail. */
  readonly anonymous: boolean;
  /** Equal but for letter case. */
  readonly email?: string | undefined;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly phone?: string | undefined;
  readonly sortBy?: SortField | undefined;
  readonly descending: boolean;
  readonly limit: number;
  readonly offset: number;
}

const COLUMNS = sql<ProfileRow>`id, client_id, uuid, custom_id, email, attributes, tags, created_at, updated_at`;

/** Profiles that match all filters; where nothing is to sort by, the oldest come first. */
export async function listProfiles(db: Queryable, query: ProfileList): Promise<Profile[]> {
  const parts = [sql`workspace_id = ${query.workspaceId}`];
  if (query.anonymous) parts.push(sql`email is null`);
  if (query.email !== undefined) parts.push(sql`id = ${ownerOf(query.workspaceId, query.email)}`);
  for (const name of ['firstName', 'lastName', 'phone'] as const) {
    const value = query[name];
    if (value !== undefined) parts.push(sql`lower(attributes->>${name}) = lower(${value})`);
  }
  const direction = query.descending ? sql`desc` : sql`asc`;
  const { rows } = await sql<ProfileRow>`
    select ${COLUMNS} from profile where ${sql.join(parts, sql` and `)}
    order by ${sortKey(query.sortBy, direction)} id ${direction}
    limit ${query.limit} offset ${query.offset}`.execute(db);
  return rows.map(profileOf);
}

/** By the index of identifiers, not by looking at every profile. */
function ownerOf(workspaceId: string, email: string): RawBuilder<unknown> {
  return sql`(select profile_id from profile_identifier
    where workspace_id = ${workspaceId} and kind = 'email' and value = ${normalizeIdentifier('email', email)})`;
}

/**
 * What the list is sorted by before the id. The date of the last activity is that of the making, as in the compatible API,
 * and ids are in that order.
 */
function sortKey(field: SortField | undefined, direction: RawBuilder<unknown>): RawBuilder<unknown> {
  switch (field) {
    case undefined:
    case 'lastActivityDate':
      return sql``;
    case 'email':
      return sql`email ${direction} nulls last,`;
    case 'firstName':
    case 'lastName':
    case 'city':
    case 'phone':
      return sql`lower(attributes->>${field}) ${direction} nulls last,`;
  }
}

export interface ProfileSearch {
  readonly workspaceId: string;
  readonly search: string;
  /** The id of the last profile of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface ProfilePage {
  readonly profiles: readonly Profile[];
  /** `after` of the next page; undefined on the last one. */
  readonly next: string | undefined;
}

/**
 * Profiles for a person who looks for somebody, newest first. A text that is exactly an identifier finds its owner alone,
 * by an index; any other is looked for within e-mails, customIds and names, which reads every profile until the page is
 * full.
 */
export async function searchProfiles(db: Queryable, query: ProfileSearch): Promise<ProfilePage> {
  const search = query.search.trim();
  const exact = query.after === undefined && search !== '' ? await ownersOf(db, query, search) : [];
  if (exact.length > 0) return { profiles: exact, next: undefined };
  const parts = [sql`workspace_id = ${query.workspaceId}`];
  if (query.after !== undefined) parts.push(sql`id < ${query.after}`);
  if (search !== '') {
    const columns = [
      sql`email`,
      sql`custom_id`,
      sql`concat_ws(' ', attributes->>'firstName', attributes->>'lastName')`,
    ];
    const found = columns.map((column) => sql`position(lower(${search}) in lower(${column})) > 0`);
    parts.push(sql`(${sql.join(found, sql` or `)})`);
  }
  const { rows } = await sql<ProfileRow>`
    select ${COLUMNS} from profile where ${sql.join(parts, sql` and `)}
    order by id desc limit ${query.limit + 1}`.execute(db);
  const profiles = rows.slice(0, query.limit).map(profileOf);
  return { profiles, next: rows.length > profiles.length ? profiles.at(-1)?.id : undefined };
}

/** The owners of a text as an identifier: at most one of each kind. */
async function ownersOf(db: Queryable, { workspaceId }: ProfileSearch, search: string): Promise<Profile[]> {
  const kinds = IDENTIFIER_KINDS.filter((kind) => identifierProblem(kind, search) === undefined);
  const { rows } = await sql<ProfileRow>`
    select ${COLUMNS} from profile where workspace_id = ${workspaceId} and id in (
      select i.profile_id from unnest(
        ${kinds}::text[],
        ${kinds.map((kind) => normalizeIdentifier(kind, search))}::text[]) as w(kind, value)
      join profile_identifier i on i.workspace_id = ${workspaceId} and i.kind = w.kind and i.value = w.value)
    order by id desc`.execute(db);
  return rows.map(profileOf);
}
