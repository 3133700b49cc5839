import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect, it } from 'vitest';

import { API_KEY, ISSUER_KEY, ROOT, startServerProcess, temporaryFolder } from './server-process.ts';

/** The commands of a page: its blocks marked `sh`. Blocks marked `sh server` are what the test does itself. */
function commandsOf(page: string): string {
  const text = readFileSync(path.join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1] ?? '').join('\n');
}

it('the guide to the first programme works as it stands', { timeout: 90_000 }, async () => {
  using folder = temporaryFolder();
  await using server = await startServerProcess({ dataDir: folder.path });
  const script = `set -euo pipefail\n${commandsOf('docs/guides/first-programme.md')}`;
  const ran = spawnSync('bash', ['-c', script], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 60_000,
    env: {
      ...process.env,
      LAUREL_PUBLIC_URL: server.origin,
      LAUREL_API_KEY: API_KEY,
      LAUREL_ISSUER_KEY: ISSUER_KEY,
      // The variables that npm sets for the scripts of this run would reach the npm of the guide.
      npm_config_workspace: undefined,
    },
  });
  expect({ status: ran.status, stderr: ran.stderr.replaceAll(/^npm warn .*\n/gm, '') }).toEqual({
    status: 0,
    stderr: '',
  });
  expect(ran.stdout).toContain('created   Workflow');
  expect(ran.stdout).toContain('202');
  expect(ran.stdout).toContain('"status":200');
});
