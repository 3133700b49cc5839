import { describe, expect, it } from 'vitest';

import { inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import { testDatabase } from '../testing/test-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { deleteProfile } from './delete-profile.ts';
import { findProfile } from './profile-store.ts';
import { setUpProfiles } from './testing/set-up-profiles.ts';
import { createUpserts } from './upsert-profiles.ts';
import type { ProfileUpsert } from './upsert-profiles.ts';

type Identifiers = { readonly email?: string; readonly customId?: string; readonly uuid?: string };

async function setUp(database: TestDatabase) {
  const profiles = await setUpProfiles(database);
  const { db, platform, workspaceId } = profiles;
  const upsertOf = (identity: Identifiers, attributes: Record<string, unknown> = {}): ProfileUpsert => ({
    workspaceId,
    client: identity,
    make: true,
    identity,
    content: { attributes: new Map(Object.entries(attributes)), tagsAdded: [], tagsRemoved: [] },
  });
  const upserts = createUpserts(platform);
  const put = async (identity: Identifiers, attributes: Record<string, unknown> = {}) =>
    await upserts.add(upsertOf(identity, attributes));
  const count = async () => (await db.selectFrom('profile').select('id').execute()).length;
  /** What must hold of every row: it repeats who owns its identifiers, and nothing else owns them. */
  const identities = async () => {
    const rows = await db.selectFrom('profile').select(['id', 'client_id', 'email', 'custom_id']).execute();
    const owned = await db.selectFrom('profile_identifier').selectAll().execute();
    const expected = rows.flatMap((row) => [
      `${row.id} id ${row.client_id}`,
      ...(row.email === null ? [] : [`${row.id} email ${row.email}`]),
      ...(row.custom_id === null ? [] : [`${row.id} customId ${row.custom_id}`]),
    ]);
    return {
      expected: expected.toSorted(),
      owned: owned
        .filter(({ kind }) => kind !== 'uuid')
        .map(({ profile_id: id, kind, value }) => `${id} ${kind} ${value}`)
        .toSorted(),
    };
  };
  return { ...profiles, upsertOf, put, count, identities };
}

describe('an upsert', () => {
  it('makes a profile, then changes it', async () => {
    await using database = await testDatabase();
    await using it = await setUp(database);
    const made = await it.put({ email: 'Ada@example.org' }, { firstName: 'Ada', plan: 'a' });
    expect(await it.put({ email: ' ada@EXAMPLE.org ' }, { plan: null, score: 81 })).toEqual(made);
    expect(await it.find('ada@example.org')).toMatchObject({
      fields: { firstName: 'Ada' },
      attributes: { score: 81 },
    });
    expect(await it.count()).toBe(1);
  });

  it('gives the profile that it finds the other identifiers that it names', async () => {
    await using database = await testDatabase();
    await using it = await setUp(database);
    await it.put({ uuid: 'browser-1' });
    await it.put({ uuid: 'browser-1', customId: 'A1' });
    await it.put({ customId: 'A1', email: 'ada@example.org', uuid: 'browser-2' });
    await it.put({ customId: 'A1', email: 'lovelace@example.org' });
    const { db, workspaceId } = it;
    expect(await it.count()).toBe(1);
    expect(await findProfile(db, workspaceId, 'customId', 'A1')).toMatchObject({
      email: 'lovelace@example.org',
      uuid: 'browser-2',
    });
    // A uuid is a browser or a device: a person keeps the former ones. An e-mail that was replaced is free again.
    expect(await findProfile(db, workspaceId, 'uuid', 'browser-1')).toMatchObject({ customId: 'A1' });
    expect(await it.find('ada@example.org')).toBeUndefined();
    await it.put({ email: 'ada@example.org' });
    expect(await it.count()).toBe(2);
    const { expected, owned } = await it.identities();
    expect(owned).toEqual(expected);
  });

  it('whose identifiers lead to two profiles is a conflict, and changes nothing', async () => {
    await using database = await testDatabase();
    await using it = await setUp(database);
    const ada = await it.put({ email: 'ada@example.org' });
    const other = await it.put({ customId: 'A1' });
    const outcome = await it.put({ email: 'ada@example.org', customId: 'A1', uuid: 'u' }, { score: 1 });
    expect(outcome).toMatchObject({ kind: 'conflict', errors: [{ field: 'email' }] });
    const [owner, found] = [ada, other].map((stored) => (stored.kind === 'stored' ? stored.clientId : 0));
    const message = `belongs to the profile ${owner}, not to the profile ${found}`;
    expect(JSON.stringify(outcome)).toContain(message);
    expect(await it.find('ada@example.org')).toMatchObject({ customId: null, uuid: null, attributes: {} });
  });

  it('of a person of another workspace makes a profile here', async () => {
    await using database = await testDatabase();
    await using it = await setUp(database);
    const theirs = await testWorkspace(database.db);
    await it.make('ada@example.org', theirs);
    await it.put({ email: 'ada@example.org' }, { score: 1 });
    expect(await findProfile(it.db, theirs, 'email', 'ada@example.org')).toMatchObject({ attributes: {} });
    expect(await it.count()).toBe(2);
  });

  it('of one person, by many requests on two servers at once, makes one profile with what all said', async () => {
    await using database = await testDatabase();
    await using it = await setUp(database);
    const servers = [createUpserts(it.platform), createUpserts(it.platform)];
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, async (_, index) =>
        servers[index % 2]?.add(it.upsertOf({ email: 'ada@example.org' }, { [`a${index}`]: index })),
      ),
    );
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
    expect(Object.keys((await it.find('ada@example.org'))?.attributes ?? {})).toHaveLength(200);
  });

  it('among many that swap identifiers on two servers at once, leaves each identifier with one owner', async () => {
    await using database = await testDatabase();
    await using it = await setUp(database);
    const servers = [createUpserts(it.platform), createUpserts(it.platform)];
    const pick = (seed: number, of: number) => (seed * 7_919 + 13) % of;
    const outcomes = await Promise.all(
      Array.from({ length: 300 }, async (_, index) =>
        servers[index % 2]?.add(
          it.upsertOf({
            ...(index % 3 !== 0 && { email: `p${pick(index, 11)}@example.org` }),
            ...(index % 3 !== 1 && { customId: `C${pick(index + 5, 9)}` }),
            ...(index % 5 === 0 && { uuid: `u${pick(index, 4)}` }),
          }),
        ),
      ),
    );
    const kinds = new Set(outcomes.map((outcome) => outcome?.kind));
    expect(kinds).toEqual(new Set(['stored', 'conflict']));
    const { expected, owned } = await it.identities();
    expect(owned).toEqual(expected);
  });

  it('of a profile that is deleted at the same moment makes a new one or is gone with it', async () => {
    await using database = await testDatabase();
    await using it = await setUp(database);
    const id = await it.make('ada@example.org');
    const key = { workspaceId: it.workspaceId, profileId: id };
    const [, ...outcomes] = await Promise.all([
      inTransaction(it.db, async (tx) => await deleteProfile(tx, new Date(), key, [])),
      ...Array.from({ length: 8 }, async (_, index) =>
        it.put({ email: 'ada@example.org', customId: 'A1' }, { [`a${index}`]: newId() }),
      ),
    ]);
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['stored']));
    const { expected, owned } = await it.identities();
    expect(owned).toEqual(expected);
    expect(await it.count()).toBeLessThanOrEqual(1);
  });
});
