import { sql } from 'kysely';

import { texts, uuids } from '../platform/db/array-parameters.ts';
import type { Queryable, Tx } from '../platform/db/database.ts';
import { BY_KEY } from '../platform/db/keep-plans.ts';
import { newId } from '../platform/ids.ts';
import type { NumericIds } from '../platform/ids.ts';
import { identifiersOf } from './identifiers.ts';
import type { ClientReference, Identifier, IdentifierKind } from './identifiers.ts';
import type { ProfileContent } from './profile-content.ts';
import { saveResolution } from './save-resolution.ts';

export interface WorkspaceReference {
  readonly workspaceId: string;
  readonly client: ClientReference;
}

export interface Identity {
  readonly email: string | null;
  readonly customId: string | null;
  readonly uuid: string | null;
}

/** What a request says of identifiers: null takes one away, what is left out stays. */
export type IdentityChange = { readonly [Kind in keyof Identity]?: string | null };

/** A profile as far as resolving needs it; its identity follows what is decided. */
export interface KnownProfile extends Identity {
  readonly workspaceId: string;
  readonly id: string;
  /** The number; 0 until a new profile is saved. */
  readonly clientId: number;
  /** As it is stored; undefined for a profile that is to be made. */
  readonly stored: Identity | undefined;
}

type Changing = { -readonly [Name in keyof KnownProfile]: KnownProfile[Name] };

/** Who owns a value. */
export interface Ownership {
  readonly identifier: Identifier;
  readonly profile: KnownProfile;
}

/** Writes what was decided; `contents` is what new profiles hold, by their ids. */
export type SaveProfiles = (
  tx: Tx,
  now: Date,
  contents?: ReadonlyMap<string, ProfileContent>,
) => Promise<void>;

/**
 * What is known of a set of references: filled by one query, kept up to date while profiles are made, so that
 * several references to one new person in one batch lead to one profile.
 */
export class ProfileResolution {
  readonly #profiles = new Map<string, Changing>();
  /** Who owns which value in the database, as far as it was looked up. */
  readonly #stored = new Map<string, Ownership>();
  /** The same with what was decided since: the difference is what `prepareSave` writes. */
  readonly #owners = new Map<string, Ownership>();
  /** By the references themselves: each is asked for several times, and normalising took a tenth of a batch's time. */
  readonly #identifiers = new WeakMap<ClientReference, readonly Identifier[]>();

  /** Looks all references up in one query. */
  static async load(db: Queryable, references: readonly WorkspaceReference[]): Promise<ProfileResolution> {
    const resolution = new ProfileResolution();
    const wanted = new Map<string, { workspaceId: string; identifier: Identifier }>();
    for (const { workspaceId, client } of references) {
      for (const identifier of resolution.#identifiersOf(client)) {
        wanted.set(mapKey(workspaceId, identifier), { workspaceId, identifier });
      }
    }
    for (const row of await lookUp(db, [...wanted.values()])) resolution.#add(row);
    return resolution;
  }

  #add(row: ProfileRow): void {
    const { workspace_id: workspaceId, id, client_id: clientId, email, custom_id: customId, uuid } = row;
    const stored = { email, customId, uuid };
    const profile = this.#profiles.get(id) ?? { workspaceId, id, clientId, stored, ...stored };
    this.#profiles.set(id, profile);
    const identifiers = identifiersOf({
      ...(email !== null && { email }),
      ...(customId !== null && { customId }),
      ...(uuid !== null && { uuid }),
    });
    for (const identifier of [{ kind: row.kind, value: row.value }, ...identifiers]) {
      this.#stored.set(mapKey(workspaceId, identifier), { identifier, profile });
      this.#owners.set(mapKey(workspaceId, identifier), { identifier, profile });
    }
  }

  /** All profiles that are known, those that are to be made among them. */
  profiles(): readonly KnownProfile[] {
    return [...this.#profiles.values()];
  }

  /** The profile that a reference leads to now; undefined where it would be a new one. */
  find(reference: WorkspaceReference): KnownProfile | undefined {
    return this.owners(reference)[0]?.profile;
  }

  /** Who owns the identifiers of a reference, in the order in which they decide; those that nobody owns are left out. */
  owners({ workspaceId, client }: WorkspaceReference): Ownership[] {
    return this.#identifiersOf(client).flatMap(
      (identifier) => this.#owners.get(mapKey(workspaceId, identifier)) ?? [],
    );
  }

  #identifiersOf(client: ClientReference): readonly Identifier[] {
    const known = this.#identifiers.get(client);
    if (known !== undefined) return known;
    const identifiers = identifiersOf(client);
    this.#identifiers.set(client, identifiers);
    return identifiers;
  }

  /**
   * The id of the profile of a reference, which is made where there is none. Identifiers that nobody owns become
   * the profile's, unless it has another of that kind already. A reference by `id` alone must be known.
   */
  resolve(reference: WorkspaceReference): string {
    const { workspaceId, client } = reference;
    const profile = this.#profiles.get(this.find(reference)?.id ?? this.create(workspaceId).id);
    if (profile === undefined) throw new Error('a profile that is known is not among the profiles');
    for (const identifier of this.#identifiersOf(client)) {
      const { kind, value } = identifier;
      const key = mapKey(workspaceId, identifier);
      if (kind === 'id' || this.#owners.has(key) || profile[kind] !== null) continue;
      profile[kind] = value;
      this.#owners.set(key, { identifier, profile });
    }
    return profile.id;
  }

  /** A profile that is to be made. */
  create(workspaceId: string): KnownProfile {
    const profile = {
      workspaceId,
      id: newId(),
      clientId: 0,
      stored: undefined,
      email: null,
      customId: null,
      uuid: null,
    };
    this.#profiles.set(profile.id, profile);
    return profile;
  }

  /**
   * Gives a profile identifiers, also in place of others, and takes away those that are null. Where one of them belongs
   * to somebody else, nothing is changed, and the answer says which and whose. A uuid names a browser or a device:
   * the former ones of a profile still lead to it.
   */
  identify({ workspaceId, id }: KnownProfile, change: IdentityChange): readonly Ownership[] {
    const profile = this.#profiles.get(id);
    if (profile === undefined) throw new Error('a profile that is known is not among the profiles');
    const { email, customId, uuid } = change;
    const given = identifiersOf({
      ...(typeof customId === 'string' && { customId }),
      ...(typeof uuid === 'string' && { uuid }),
      ...(typeof email === 'string' && { email }),
    });
    const foreign = given.flatMap((identifier) => {
      const ownership = this.#owners.get(mapKey(workspaceId, identifier));
      return ownership === undefined || ownership.profile.id === id ? [] : [ownership];
    });
    if (foreign.length > 0) return foreign;
    for (const kind of ['email', 'customId'] as const) {
      const replaced = change[kind] === null || given.some((identifier) => identifier.kind === kind);
      const before = profile[kind];
      if (!replaced || before === null) continue;
      this.#owners.delete(mapKey(workspaceId, { kind, value: before }));
      profile[kind] = null;
    }
    for (const identifier of given) {
      if (identifier.kind === 'id') continue;
      profile[identifier.kind] = identifier.value;
      this.#owners.set(mapKey(workspaceId, identifier), { identifier, profile });
    }
    return [];
  }

  /**
   * Gets the profiles and identifiers that were decided on ready; the answer writes them. The ids are taken first, since
   * that may wait: what is written together with the profiles is then written in the same order in every transaction,
   * so that two of them never wait for each other in turn.
   */
  async prepareSave(numericIds: NumericIds): Promise<SaveProfiles> {
    const made = [...this.#profiles.values()].filter(({ stored }) => stored === undefined);
    const clientIds = await numericIds.take('profile', made.length);
    for (const [index, profile] of made.entries()) {
      profile.clientId = clientIds[index] ?? 0;
      const identifier = { kind: 'id' as const, value: String(profile.clientId) };
      this.#owners.set(mapKey(profile.workspaceId, identifier), { identifier, profile });
    }
    const changed = [...this.#profiles.values()].filter(
      (profile) => profile.stored !== undefined && !sameIdentity(profile.stored, profile),
    );
    const released = difference(this.#stored, this.#owners);
    const claimed = difference(this.#owners, this.#stored);
    return async (tx, now, contents = new Map()) =>
      await saveResolution(tx, now, { made, changed, released, claimed }, contents);
  }
}

export function sameIdentity(one: Identity, other: Identity): boolean {
  return one.email === other.email && one.customId === other.customId && one.uuid === other.uuid;
}

/** The ownerships of `these` that are not the same in `those`, sorted. */
function difference(
  these: ReadonlyMap<string, Ownership>,
  those: ReadonlyMap<string, Ownership>,
): Ownership[] {
  return [...these]
    .filter(([key, { profile }]) => those.get(key)?.profile.id !== profile.id)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, ownership]) => ownership);
}

interface ProfileRow {
  workspace_id: string;
  kind: IdentifierKind;
  value: string;
  id: string;
  client_id: number;
  email: string | null;
  custom_id: string | null;
  uuid: string | null;
}

/** One key after the other: as a join, it was begun with the profiles of the workspace while statistics were old. */
async function lookUp(
  db: Queryable,
  wanted: readonly { workspaceId: string; identifier: Identifier }[],
): Promise<ProfileRow[]> {
  const { rows } = await sql<ProfileRow>`
    ${BY_KEY}
    select i.workspace_id, i.kind, i.value, p.id, p.client_id, p.email, p.custom_id, p.uuid
    from unnest(
      ${uuids(wanted.map(({ workspaceId }) => workspaceId))}::uuid[],
      ${texts(wanted.map(({ identifier }) => identifier.kind))}::text[],
      ${texts(wanted.map(({ identifier }) => identifier.value))}::text[]
    ) as w(workspace_id, kind, value)
    cross join lateral (
      select workspace_id, kind, value, profile_id from profile_identifier
      where workspace_id = w.workspace_id and kind = w.kind and value = w.value offset 0) i
    cross join lateral (
      select id, client_id, email, custom_id, uuid from profile
      where workspace_id = i.workspace_id and id = i.profile_id offset 0) p`.execute(db);
  return rows;
}

/** Identifiers hold no NUL, so the parts cannot run into each other. */
function mapKey(workspaceId: string, identifier: Identifier): string {
  return `${workspaceId}\0${identifier.kind}\0${identifier.value}`;
}
