import { openDatabase } from '../../platform/db/database.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import { NumericIds } from '../../platform/ids.ts';
import type { TestDatabase } from '../../testing/test-database.ts';
import { testPlatform, testWorkspace } from '../../testing/test-platform.ts';
import { findProfile } from '../profile-store.ts';
import { ProfileResolution } from '../resolve-profiles.ts';

/** A workspace to make profiles in. */
export async function setUpProfiles({ db, connectionString }: TestDatabase) {
  // As in the server, ids have a connection of their own: they are taken while transactions are open.
  const idDatabase = openDatabase(connectionString, { max: 1 });
  const platform = { ...testPlatform(db), numericIds: new NumericIds(idDatabase.db) };
  const workspaceId = await testWorkspace(db);

  /** Makes a profile, as an event of the person would, and answers its id. */
  const make = async (email: string, inWorkspace = workspaceId): Promise<string> =>
    await inTransaction(db, async (tx) => {
      const reference = { workspaceId: inWorkspace, client: { email } };
      const resolution = await ProfileResolution.load(tx, [reference]);
      const id = resolution.resolve(reference);
      const save = await resolution.prepareSave(platform.numericIds);
      await save(tx, platform.clock.now());
      return id;
    });
  const find = async (email: string) => await findProfile(db, workspaceId, 'email', email);

  return {
    db,
    platform,
    workspaceId,
    make,
    find,
    [Symbol.asyncDispose]: async () => await idDatabase.close(),
  };
}
