import { sql } from 'kysely';

import type { Queryable, Tx } from '../platform/db/database.ts';
import { ConcurrentWriteError } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import type { NumericIds } from '../platform/ids.ts';
import { identifiersOf } from './identifiers.ts';
import type { ClientReference, Identifier } from './identifiers.ts';

export interface WorkspaceReference {
  readonly workspaceId: string;
  readonly client: ClientReference;
}

/** A profile as far as resolving needs it; it grows while references to it bring new identifiers. */
interface KnownProfile {
  readonly id: string;
  email: string | null;
  customId: string | null;
  uuid: string | null;
}

/**
 * What is known of a set of references: filled by one query, kept up to date while profiles are made, so that
 * several references to one new person in one batch lead to one profile.
 */
export class ProfileResolution {
  readonly #byIdentifier = new Map<string, KnownProfile>();
  readonly #created: { workspaceId: string; profile: KnownProfile }[] = [];
  readonly #claimed: { workspaceId: string; identifier: Identifier; profileId: string }[] = [];

  /** Looks all references up in one query. */
  static async load(db: Queryable, references: readonly WorkspaceReference[]): Promise<ProfileResolution> {
    const resolution = new ProfileResolution();
    const wanted = new Map<string, { workspaceId: string; identifier: Identifier }>();
    for (const { workspaceId, client } of references) {
      for (const identifier of identifiersOf(client)) {
        wanted.set(mapKey(workspaceId, identifier), { workspaceId, identifier });
      }
    }
    const entries = [...wanted.values()];
    const { rows } = await sql<{
      workspace_id: string;
      kind: Identifier['kind'];
      value: string;
      id: string;
      email: string | null;
      custom_id: string | null;
      uuid: string | null;
    }>`
      select i.workspace_id, i.kind, i.value, p.id, p.email, p.custom_id, p.uuid
      from unnest(
        ${entries.map(({ workspaceId }) => workspaceId)}::uuid[],
        ${entries.map(({ identifier }) => identifier.kind)}::text[],
        ${entries.map(({ identifier }) => identifier.value)}::text[]
      ) as w(workspace_id, kind, value)
      join profile_identifier i using (workspace_id, kind, value)
      join profile p on p.workspace_id = i.workspace_id and p.id = i.profile_id`.execute(db);
    const byId = new Map<string, KnownProfile>();
    for (const row of rows) {
      const profile = byId.get(row.id) ?? {
        id: row.id,
        email: row.email,
        customId: row.custom_id,
        uuid: row.uuid,
      };
      byId.set(row.id, profile);
      resolution.#byIdentifier.set(mapKey(row.workspace_id, row), profile);
    }
    return resolution;
  }

  /** The profile that a reference leads to now; undefined where it would be a new one. */
  find({ workspaceId, client }: WorkspaceReference): Readonly<KnownProfile> | undefined {
    return this.#lookUp(workspaceId, client);
  }

  #lookUp(workspaceId: string, client: ClientReference): KnownProfile | undefined {
    for (const identifier of identifiersOf(client)) {
      const profile = this.#byIdentifier.get(mapKey(workspaceId, identifier));
      if (profile !== undefined) return profile;
    }
    return undefined;
  }

  /**
   * The id of the profile of a reference, which is made where there is none. Identifiers that nobody owns become
   * the profile's, unless it has another of that kind already. A reference by `id` alone must be known.
   */
  resolve(reference: WorkspaceReference): string {
    const { workspaceId, client } = reference;
    const profile = this.#lookUp(workspaceId, client) ?? this.#create(workspaceId);
    for (const identifier of identifiersOf(client)) {
      const { kind, value } = identifier;
      const key = mapKey(workspaceId, identifier);
      if (kind === 'id' || this.#byIdentifier.has(key) || profile[kind] !== null) continue;
      profile[kind] = value;
      this.#byIdentifier.set(key, profile);
      this.#claimed.push({ workspaceId, identifier, profileId: profile.id });
    }
    return profile.id;
  }

  #create(workspaceId: string): KnownProfile {
    const profile = { id: newId(), email: null, customId: null, uuid: null };
    this.#created.push({ workspaceId, profile });
    return profile;
  }

  /**
   * Gets the profiles and identifiers that `resolve` made ready; the answer writes them. The ids are taken first, since
   * that may wait: what is written together with the profiles is then written in the same order in every transaction,
   * so that two of them never wait for each other in turn.
   */
  async prepareSave(numericIds: NumericIds): Promise<(tx: Tx, now: Date) => Promise<void>> {
    const clientIds = await numericIds.take('profile', this.#created.length);
    const made = this.#created.map(({ workspaceId, profile }, index) => ({
      workspaceId,
      profile,
      clientId: clientIds[index] ?? 0,
    }));
    const claims = [
      ...this.#claimed,
      ...made.map(({ workspaceId, profile, clientId }) => ({
        workspaceId,
        identifier: { kind: 'id' as const, value: String(clientId) },
        profileId: profile.id,
      })),
    ];
    return async (tx, now) => {
      await Promise.all([
        claims.length > 0 && this.#claim(tx, claims),
        made.length > 0 && insertProfiles(tx, made, now),
        this.#fillColumns(tx, new Set(made.map(({ profile }) => profile.id)), now),
      ]);
    };
  }

  /** Sorted, so that two batches never wait for each other in turn. */
  async #claim(
    tx: Tx,
    claims: readonly { workspaceId: string; identifier: Identifier; profileId: string }[],
  ) {
    const sorted = claims.toSorted((a, b) =>
      mapKey(a.workspaceId, a.identifier) < mapKey(b.workspaceId, b.identifier) ? -1 : 1,
    );
    const { rows } = await sql`
      insert into profile_identifier (workspace_id, kind, value, profile_id)
      select * from unnest(
        ${sorted.map(({ workspaceId }) => workspaceId)}::uuid[],
        ${sorted.map(({ identifier }) => identifier.kind)}::text[],
        ${sorted.map(({ identifier }) => identifier.value)}::text[],
        ${sorted.map(({ profileId }) => profileId)}::uuid[])
      on conflict do nothing
      returning 1`.execute(tx);
    if (rows.length !== sorted.length) {
      throw new ConcurrentWriteError('another transaction made a profile with one of these identifiers');
    }
  }

  /** Profiles that were there before get the identifiers that they did not have. */
  async #fillColumns(tx: Tx, created: ReadonlySet<string>, now: Date): Promise<void> {
    for (const { workspaceId, identifier, profileId } of this.#claimed) {
      if (created.has(profileId) || identifier.kind === 'id') continue;
      const column = { customId: 'custom_id', uuid: 'uuid', email: 'email' } as const;
      await tx
        .updateTable('profile')
        .set({ [column[identifier.kind]]: identifier.value, updated_at: now })
        .where('workspace_id', '=', workspaceId)
        .where('id', '=', profileId)
        .execute();
    }
  }
}

async function insertProfiles(
  tx: Tx,
  made: readonly { workspaceId: string; profile: KnownProfile; clientId: number }[],
  now: Date,
): Promise<void> {
  await sql`
    insert into profile (workspace_id, id, client_id, uuid, custom_id, email, created_at, updated_at)
    select w, i, c, u, cu, e, ${now}, ${now} from unnest(
      ${made.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${made.map(({ profile }) => profile.id)}::uuid[],
      ${made.map(({ clientId }) => clientId)}::bigint[],
      ${made.map(({ profile }) => profile.uuid)}::text[],
      ${made.map(({ profile }) => profile.customId)}::text[],
      ${made.map(({ profile }) => profile.email)}::text[]) as t(w, i, c, u, cu, e)`.execute(tx);
}

/** Identifiers hold no NUL, so the parts cannot run into each other. */
function mapKey(workspaceId: string, identifier: Identifier): string {
  return `${workspaceId}\0${identifier.kind}\0${identifier.value}`;
}
