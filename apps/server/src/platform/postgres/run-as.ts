import { spawnSync } from 'node:child_process';
import type { SpawnSyncReturns } from 'node:child_process';
import { chownSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { EmbeddedPostgresError, textOf } from './failure.ts';

/** `nobody`: a user that every Linux knows by name, which initdb demands. */
const NOBODY = 65_534;

/** How the server's programs are run: PostgreSQL refuses to run as root. */
export interface Runner {
  readonly how: 'directly' | 'in a user namespace' | 'as nobody';
  run(program: string, args: readonly string[], timeoutMs: number): SpawnSyncReturns<string>;
  /** Gives files that were made by this process to whoever runs the server. */
  own(folder: string): void;
}

/**
 * Chooses how to run: directly; as root in a user namespace in which root looks like nobody (files stay root's, so a
 * project under root's 0700 home works); else, as root, by becoming nobody.
 */
export function chooseRunner(probe: string): Runner {
  if (process.getuid?.() !== 0)
    return { how: 'directly', run: (program, args, ms) => run(program, args, ms), own: () => undefined };
  const prefix = ['-U', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
  if (run('unshare', [...prefix, probe, '--version'], 10_000).status === 0) {
    return {
      how: 'in a user namespace',
      run: (program, args, ms) => run('unshare', [...prefix, program, ...args], ms),
      own: () => undefined,
    };
  }
  const asNobody = run(probe, ['--version'], 10_000, NOBODY);
  if (asNobody.status === 0) {
    return {
      how: 'as nobody',
      run: (program, args, ms) => run(program, args, ms, NOBODY),
      own: giveToNobody,
    };
  }
  throw new EmbeddedPostgresError(
    'root-not-possible',
    'PostgreSQL does not run as root, user namespaces are not allowed here, and the user nobody cannot read the ' +
      `binaries (${textOf(asNobody.error ?? asNobody.stderr).trim()}). Start Laurel as another user, or set DATABASE_URL.`,
  );
}

function run(
  program: string,
  args: readonly string[],
  timeoutMs: number,
  uid?: number,
): SpawnSyncReturns<string> {
  return spawnSync(program, [...args], {
    encoding: 'utf8',
    timeout: timeoutMs,
    // A folder that every user may enter: the present one may be another user's.
    cwd: '/',
    // The server must not hold our pipes: it would keep them open, and die with us.
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], LC_ALL: 'C', LANG: 'C' },
    ...(uid !== undefined && { uid, gid: uid }),
  });
}

function giveToNobody(folder: string): void {
  chownSync(folder, NOBODY, NOBODY);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) giveToNobody(file);
    else chownSync(file, NOBODY, NOBODY);
  }
}
