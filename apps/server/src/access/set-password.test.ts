import { describe, expect, it, vi } from 'vitest';

import { inTransaction } from '../platform/db/transaction.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testPlatform, testWorkspace } from '../testing/test-platform.ts';
import { ensureAdmin, Logins, Sessions, setPassword } from './index.ts';
import { findUser, holdPassword } from './user-store.ts';

const OLD = 'the old password';
const NEW = 'the new password';

async function setUp() {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const platform = testPlatform(database.db);
  await ensureAdmin(database.db, await testWorkspace(database.db), OLD);
  const sessions = new Sessions(database.db, platform.clock);
  const logins = new Logins(platform, sessions);
  const logIn = async (password: string) =>
    await logins.logIn({ user: 'admin', password, address: '192.0.2.1', previousToken: undefined });
  const set = async (password: string, user = 'admin') =>
    await setPassword(database.db, platform.clock.now(), { user, password });
  return { database, sessions, logIn, set, [Symbol.asyncDispose]: async () => await stack.disposeAsync() };
}

describe('a new password', () => {
  it('takes the place of the old one, and ends the sessions', async () => {
    await using it = await setUp();
    const before = await it.logIn(OLD);
    if (before.kind !== 'logged-in') throw new Error(before.kind);
    expect(await it.set(NEW)).toEqual({ kind: 'set' });
    expect(await it.sessions.find(before.session.token)).toBeUndefined();
    expect(await it.logIn(OLD)).toEqual({ kind: 'refused' });
    expect(await it.logIn(NEW)).toMatchObject({ kind: 'logged-in' });
  });

  it('is refused where it is too short or too long, and for a user that there is not', async () => {
    await using it = await setUp();
    expect(await it.set('eleven char')).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('11'),
    });
    expect(await it.set('x'.repeat(1_025))).toMatchObject({ kind: 'refused' });
    expect(await it.set(NEW, 'nobody')).toEqual({ kind: 'no-user' });
    expect(await it.logIn(OLD)).toMatchObject({ kind: 'logged-in' });
  });

  it('leaves no session of a login that checked the old one meanwhile', async () => {
    await using it = await setUp();
    const { db, pool } = it.database;
    const user = (await findUser(db, 'admin'))!;
    let setting: Promise<unknown> | undefined;
    const token = await inTransaction(db, async (tx) => {
      expect(await holdPassword(tx, user)).toBe(true);
      // The change has begun, and waits for the login to end.
      setting ??= it.set(NEW);
      await vi.waitFor(async () => {
        const { rowCount } = await pool.query(
          "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        );
        expect(rowCount).toBe(1);
      });
      await tx
        .insertInto('user_session')
        .values({
          digest: Buffer.of(1),
          workspace_id: user.workspaceId,
          user_id: user.id,
          created_at: new Date(),
          used_at: new Date(),
        })
        .execute();
      return 1;
    });
    expect(token).toBe(1);
    expect(await setting).toEqual({ kind: 'set' });
    expect((await pool.query('select 1 from user_session')).rowCount).toBe(0);
    // And the other way round: the password was changed before the session is opened.
    expect(await it.sessions.open(user, undefined)).toBeUndefined();
  });
});

describe('the user admin', () => {
  it('is made once, with the password given or a random one that is told', async () => {
    await using database = await testDatabase();
    const workspaceId = await testWorkspace(database.db);
    const made = await Promise.all(
      [1, 2, 3].map(async () => await ensureAdmin(database.db, workspaceId, undefined)),
    );
    const told = made.filter((password) => password !== undefined);
    expect(told).toEqual([expect.stringMatching(/^[\w-]{24}$/)]);
    expect(await ensureAdmin(database.db, workspaceId, 'another password')).toBeUndefined();
    const platform = testPlatform(database.db);
    const logins = new Logins(platform, new Sessions(database.db, platform.clock));
    const logIn = async (password: string) =>
      (await logins.logIn({ user: 'admin', password, address: '192.0.2.1', previousToken: undefined })).kind;
    expect(await logIn(told[0]!)).toBe('logged-in');
    expect(await logIn('another password')).toBe('refused');
  });
});
