import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { ROOT } from './server-process.ts';

it(
  'the short form of the chaos suite: nothing lost, nothing issued twice, no path past its deadline',
  { timeout: 120_000 },
  async () => {
    const suite = path.join(ROOT, 'bench/src/chaos/main.ts');
    // It ends with 1, and thereby rejects, where a promise was broken or its own check is blind.
    const { stdout } = await promisify(execFile)(process.execPath, [suite, '--short'], { timeout: 110_000 });
    expect(stdout).toMatch(/^seed \d+\n.*: \d{2,} people, 4 kills, \d+ s\n\n/);
  },
);
