import { sql } from 'kysely';

import { bigints, jsons, texts, uuids } from '../platform/db/array-parameters.ts';
import type { Tx } from '../platform/db/database.ts';
import { ConcurrentWriteError } from '../platform/db/transaction.ts';
import { EMPTY_CONTENT } from './profile-content.ts';
import type { ProfileContent } from './profile-content.ts';
import type { KnownProfile, Ownership } from './resolve-profiles.ts';

/** What a resolution decided, each list sorted by what it is locked by. */
export interface Decisions {
  /** Profiles to be made. */
  readonly made: readonly KnownProfile[];
  /** Profiles that were there and have other identifiers now. */
  readonly changed: readonly KnownProfile[];
  /** Identifiers that nobody owns any more. */
  readonly released: readonly Ownership[];
  /** Identifiers that have an owner now. */
  readonly claimed: readonly Ownership[];
}

/**
 * Writes the decisions: first the rows of profiles, then identifiers. Everyone who writes both does it in this order,
 * and each of them sorted, so that two transactions never wait for each other in turn.
 */
export async function saveResolution(
  tx: Tx,
  now: Date,
  { made, changed, released, claimed }: Decisions,
  contents: ReadonlyMap<string, ProfileContent>,
): Promise<void> {
  await Promise.all([
    changed.length > 0 && changeIdentities(tx, now, changed),
    released.length > 0 && release(tx, released),
    claimed.length > 0 && claim(tx, claimed),
    made.length > 0 && insertProfiles(tx, now, made, contents),
  ]);
}

/** A profile whose identifiers are no longer those that the decision was made on is met as a concurrent write. */
async function changeIdentities(tx: Tx, now: Date, profiles: readonly KnownProfile[]): Promise<void> {
  const sorted = profiles.toSorted((a, b) => (rowKey(a) < rowKey(b) ? -1 : 1));
  const { rows } = await sql`
    update profile p set email = t.email, custom_id = t.custom_id, uuid = t.uuid, updated_at = ${now}
    from unnest(
      ${uuids(sorted.map(({ workspaceId }) => workspaceId))}::uuid[],
      ${uuids(sorted.map(({ id }) => id))}::uuid[],
      ${texts(sorted.map(({ email }) => email))}::text[],
      ${texts(sorted.map(({ customId }) => customId))}::text[],
      ${texts(sorted.map(({ uuid }) => uuid))}::text[],
      ${texts(sorted.map(({ stored }) => stored?.email))}::text[],
      ${texts(sorted.map(({ stored }) => stored?.customId))}::text[],
      ${texts(sorted.map(({ stored }) => stored?.uuid))}::text[])
      as t(workspace_id, id, email, custom_id, uuid, old_email, old_custom_id, old_uuid)
    where p.workspace_id = t.workspace_id and p.id = t.id and p.email is not distinct from t.old_email
      and p.custom_id is not distinct from t.old_custom_id and p.uuid is not distinct from t.old_uuid
    returning 1`.execute(tx);
  if (rows.length !== sorted.length) {
    throw new ConcurrentWriteError('another transaction changed the identifiers of one of these profiles');
  }
}

async function release(tx: Tx, released: readonly Ownership[]): Promise<void> {
  await sql`
    delete from profile_identifier i using unnest(
      ${uuids(released.map(({ profile }) => profile.workspaceId))}::uuid[],
      ${texts(released.map(({ identifier }) => identifier.kind))}::text[],
      ${texts(released.map(({ identifier }) => identifier.value))}::text[],
      ${uuids(released.map(({ profile }) => profile.id))}::uuid[]) as t(workspace_id, kind, value, profile_id)
    where i.workspace_id = t.workspace_id and i.kind = t.kind and i.value = t.value
      and i.profile_id = t.profile_id`.execute(tx);
}

async function claim(tx: Tx, claimed: readonly Ownership[]): Promise<void> {
  const { rows } = await sql`
    insert into profile_identifier (workspace_id, kind, value, profile_id)
    select * from unnest(
      ${uuids(claimed.map(({ profile }) => profile.workspaceId))}::uuid[],
      ${texts(claimed.map(({ identifier }) => identifier.kind))}::text[],
      ${texts(claimed.map(({ identifier }) => identifier.value))}::text[],
      ${uuids(claimed.map(({ profile }) => profile.id))}::uuid[])
    on conflict do nothing
    returning 1`.execute(tx);
  if (rows.length !== claimed.length) {
    throw new ConcurrentWriteError('another transaction made a profile with one of these identifiers');
  }
}

async function insertProfiles(
  tx: Tx,
  now: Date,
  made: readonly KnownProfile[],
  contents: ReadonlyMap<string, ProfileContent>,
): Promise<void> {
  const contentOf = ({ id }: KnownProfile): ProfileContent => contents.get(id) ?? EMPTY_CONTENT;
  await sql`
    insert into profile (workspace_id, id, client_id, uuid, custom_id, email, attributes, tags, created_at, updated_at)
    select w, i, c, u, cu, e, a, array(select jsonb_array_elements_text(t)), ${now}, ${now} from unnest(
      ${uuids(made.map(({ workspaceId }) => workspaceId))}::uuid[],
      ${uuids(made.map(({ id }) => id))}::uuid[],
      ${bigints(made.map(({ clientId }) => clientId))}::bigint[],
      ${texts(made.map(({ uuid }) => uuid))}::text[],
      ${texts(made.map(({ customId }) => customId))}::text[],
      ${texts(made.map(({ email }) => email))}::text[],
      ${jsons(made.map((profile) => JSON.stringify(contentOf(profile).attributes)))}::jsonb[],
      ${jsons(made.map((profile) => JSON.stringify(contentOf(profile).tags)))}::jsonb[])
      as n(w, i, c, u, cu, e, a, t)`.execute(tx);
}

function rowKey({ workspaceId, id }: KnownProfile): string {
  return `${workspaceId} ${id}`;
}
