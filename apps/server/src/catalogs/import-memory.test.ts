import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { testDatabase } from '../testing/test-database.ts';

const run = promisify(execFile);

it('200 MB of large rows are imported and exported in little memory', { timeout: 300_000 }, async () => {
  await using database = await testDatabase();
  const program = path.join(import.meta.dirname, 'testing/import-large-rows.ts');
  // With more than this of objects at once it ends; what is no object is in the figure below.
  const heap = ['--max-old-space-size=48', '--max-semi-space-size=16'];
  const { stdout } = await run(process.execPath, [...heap, program, database.connectionString]);
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({ imported: { kind: 'imported', rows: 10_150, changed: true } });
  expect(result.exported).toBeGreaterThan(200_000_000);
  // Measured: 60 to 75.
  expect(result.megabytes).toBeLessThan(150);
});
