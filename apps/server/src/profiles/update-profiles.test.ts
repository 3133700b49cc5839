import { describe, expect, it } from 'vitest';

import { inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import { testDatabase } from '../testing/test-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { findProfile } from './profile-store.ts';
import { listTags } from './tag-store.ts';
import { setUpProfiles } from './testing/set-up-profiles.ts';
import { updateProfiles } from './update-profiles.ts';
import type { ProfileChange } from './update-profiles.ts';

const NOON = new Date('2026-11-24T12:00:00Z');
const LATER = new Date('2026-11-24T13:00:00Z');

async function setUp(database: TestDatabase) {
  const profiles = await setUpProfiles(database);
  const { db, platform, workspaceId } = profiles;
  const update = async (changes: readonly Omit<ProfileChange, 'workspaceId'>[]) =>
    await inTransaction(
      db,
      async (tx) =>
        await updateProfiles(
          tx,
          platform,
          LATER,
          changes.map((change) => ({ workspaceId, ...change })),
        ),
    );
  return { ...profiles, update };
}

describe('updating profiles', () => {
  it('sets and takes away fields, attributes and tags', async () => {
    await using database = await testDatabase();
    await using it = await setUp(database);
    const { workspaceId, make, update, find } = it;
    const ada = await make('ada@example.org');
    expect(
      await update([
        {
          profileId: ada,
          attributes: { firstName: 'Ada', plan: { seats: 3 }, score: 81 },
          tagsAdded: ['vip', 'graduate'],
        },
      ]),
    ).toEqual([{ kind: 'updated', ignored: [] }]);
    expect(await find('ada@example.org')).toMatchObject({
      fields: { firstName: 'Ada' },
      attributes: { plan: { seats: 3 }, score: 81 },
      tags: ['vip', 'graduate'],
      createdAt: NOON,
      updatedAt: LATER,
    });
    await update([
      { profileId: ada, attributes: { firstName: null, score: null }, tagsRemoved: ['vip', 'unknown'] },
    ]);
    expect(await find('ada@example.org')).toMatchObject({
      fields: {},
      attributes: { plan: { seats: 3 } },
      tags: ['graduate'],
    });
    const tags = await listTags(database.db, workspaceId);
    expect(tags.map(({ name }) => name)).toEqual(['graduate', 'vip']);
    expect(new Set(tags.map(({ id }) => id)).size).toBe(2);
  });

  it('applies the changes of one profile in their order, and answers each for itself', async () => {
    await using database = await testDatabase();
    await using it = await setUp(database);
    const { make, update, find } = it;
    const [ada, grace] = [await make('ada@example.org'), await make('grace@example.org')];
    const outcomes = await update([
      { profileId: ada, attributes: { step: 1, first: true } },
      { profileId: grace, attributes: { step: 'g' } },
      { profileId: ada, attributes: { birthDate: 'yesterday', step: 2 } },
      { profileId: newId(), attributes: { step: 3 } },
      { profileId: ada, attributes: { big: 'x'.repeat(66_000) } },
      { profileId: ada, attributes: { email: 'eve@example.org', status: 'x', step: 4 }, tagsAdded: ['a'] },
      { profileId: ada, tagsAdded: ['b'], tagsRemoved: ['a'] },
    ]);
    expect(outcomes).toMatchObject([
      { kind: 'updated' },
      { kind: 'updated' },
      { kind: 'refused', errors: [{ field: 'birthDate' }] },
      { kind: 'missing' },
      { kind: 'refused', errors: [{ field: 'attributes' }] },
      { kind: 'updated', ignored: ['email', 'status'] },
      { kind: 'updated', ignored: [] },
    ]);
    expect(await find('ada@example.org')).toMatchObject({
      attributes: { first: true, step: 4 },
      tags: ['b'],
    });
    expect(await find('grace@example.org')).toMatchObject({ attributes: { step: 'g' } });
  });

  it('reaches no profile of another workspace, also not beside its rightful one', async () => {
    await using database = await testDatabase();
    await using it = await setUp(database);
    const other = await testWorkspace(database.db);
    const theirs = await it.make('ada@example.org', other);
    const outcomes = await inTransaction(
      database.db,
      async (tx) =>
        await updateProfiles(tx, it.platform, LATER, [
          { workspaceId: other, profileId: theirs, attributes: { a: 'rightful' } },
          { workspaceId: it.workspaceId, profileId: theirs, attributes: { a: 'foreign' }, tagsAdded: ['x'] },
        ]),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(['updated', 'missing']);
    expect(await findProfile(database.db, other, 'email', 'ada@example.org')).toMatchObject({
      attributes: { a: 'rightful' },
      tags: [],
    });
    expect(await listTags(database.db, it.workspaceId)).toEqual([]);
  });

  it('leaves a profile untouched that has it all already', async () => {
    await using database = await testDatabase();
    await using it = await setUp(database);
    const { make, update, find } = it;
    const ada = await make('ada@example.org');
    expect(await update([{ profileId: ada, attributes: { gone: null }, tagsRemoved: ['gone'] }])).toEqual([
      { kind: 'updated', ignored: [] },
    ]);
    expect(await find('ada@example.org')).toMatchObject({ updatedAt: NOON });
  });

  it('loses no change of transactions that change the same profiles at once, in any order', async () => {
    await using database = await testDatabase();
    await using it = await setUp(database);
    const { make, update, find } = it;
    const people = Array.from({ length: 12 }, (_, index) => `p${index}@example.org`);
    const ids = await Promise.all(people.map(async (email) => await make(email)));
    await Promise.all(
      Array.from({ length: 16 }, async (_, round) => {
        const order = round % 2 === 0 ? ids : ids.toReversed();
        await update(
          order.map((profileId) => ({
            profileId,
            attributes: { [`round ${round}`]: true },
            tagsAdded: [`tag ${round}`],
          })),
        );
      }),
    );
    for (const email of people) {
      const profile = await find(email);
      expect(Object.keys(profile?.attributes ?? {})).toHaveLength(16);
      expect(profile?.tags).toHaveLength(16);
    }
  });
});
