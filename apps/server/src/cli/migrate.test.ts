import { expect, it } from 'vitest';

import { testDatabase } from '../testing/test-database.ts';
import { migrateCommand } from './migrate.ts';

async function migrate(connectionString: string, options: { profile?: 'citus' } = {}) {
  const [lines, errors]: [string[], string[]] = [[], []];
  const same = (text: string): string => text;
  const terminal = {
    line: (text = '') => void lines.push(text),
    error: (text: string) => void errors.push(text),
    strong: same,
    dim: same,
    good: same,
    bad: same,
  };
  const good = await migrateCommand(terminal, { DATABASE_URL: connectionString }, options);
  return { good, lines, errors };
}

it('refuses the profile of Citus on a database without it, and says what is missing', async () => {
  await using database = await testDatabase();
  expect(await migrate(database.connectionString, { profile: 'citus' })).toMatchObject({
    good: false,
    errors: [expect.stringContaining('the database has no extension citus')],
  });
  expect(await migrate(database.connectionString)).toMatchObject({
    good: true,
    lines: [expect.stringContaining('up to date')],
    errors: [],
  });
});
