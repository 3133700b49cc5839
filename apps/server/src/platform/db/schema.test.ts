import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { testDatabase } from '../../testing/test-database.ts';
import { describeSchema } from './describe-schema.ts';

const FILE = path.join(import.meta.dirname, 'schema.sql');

describe('the schema', () => {
  it('is what schema.sql says; UPDATE_SCHEMA=1 writes it anew', async () => {
    await using database = await testDatabase();
    const schema = await describeSchema(database.pool);
    if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(FILE, schema);
    expect(readFileSync(FILE, 'utf8')).toBe(schema);
  });

  it('is what database.gen.ts says; npm run db:types -w apps/server writes it anew', async () => {
    await using database = await testDatabase();
    const ran = spawnSync('npm', ['run', '--silent', 'db:types', '-w', 'apps/server', '--', '--verify'], {
      cwd: path.resolve(import.meta.dirname, '../../../../..'),
      env: { ...process.env, DATABASE_URL: database.connectionString },
      encoding: 'utf8',
    });
    expect({ status: ran.status, out: ran.stdout }).toMatchObject({ status: 0 });
  });
});
