import { describe, expect, it } from 'vitest';

import { ensureAdmin, Logins, Sessions } from '../access/index.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testPlatform, testWorkspace } from '../testing/test-platform.ts';
import { setPasswordCommand } from './admin.ts';

const PASSWORD = 'the new password';

/** Runs the command as a person would: what it printed, and whether it worked. */
async function run(databaseUrl: string, password: string) {
  const lines: string[] = [];
  const plain = (text: string): string => text;
  const terminal = {
    line: (text = '') => void lines.push(text),
    error: (text: string) => void lines.push(`error: ${text}`),
    strong: plain,
    dim: plain,
    good: plain,
    bad: plain,
  };
  const worked = await setPasswordCommand(terminal, { DATABASE_URL: databaseUrl }, async () => ({
    kind: 'read',
    password,
  }));
  return { worked, printed: lines.join('\n') };
}

describe('laurel admin set-password', () => {
  it('sets the password of the user admin, and does not print it', async () => {
    await using database = await testDatabase();
    await ensureAdmin(database.db, await testWorkspace(database.db), 'the old password');
    const ran = await run(database.connectionString, PASSWORD);
    expect(ran).toMatchObject({ worked: true, printed: expect.stringContaining('admin') });
    expect(ran.printed).not.toContain(PASSWORD);
    const platform = testPlatform(database.db);
    const logins = new Logins(platform, new Sessions(database.db, platform.clock));
    const login = { user: 'admin', password: PASSWORD, address: '192.0.2.1', previousToken: undefined };
    expect(await logins.logIn(login)).toMatchObject({ kind: 'logged-in' });
  });

  it('says what is the matter with a password, and that there is no user yet', async () => {
    await using database = await testDatabase();
    expect(await run(database.connectionString, PASSWORD)).toEqual({
      worked: false,
      printed: expect.stringMatching(/^error: There is no user admin yet in .*: start the server once/),
    });
    expect(await run(database.connectionString, 'short')).toEqual({
      worked: false,
      printed: 'error: The password must have 12 to 1024 characters; this one has 5.',
    });
    const empty = new URL(database.connectionString);
    empty.pathname = '/postgres';
    expect(await run(empty.toString(), PASSWORD)).toMatchObject({
      worked: false,
      printed: expect.stringContaining('There is no user admin yet'),
    });
  });
});
