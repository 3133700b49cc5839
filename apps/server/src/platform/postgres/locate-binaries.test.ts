import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { locateBinaries } from './locate-binaries.ts';
import { query } from './testing/database.ts';
import { otherProgram } from './testing/processes.ts';
import {
  clusterFolder,
  NOBODY,
  openFolder,
  packageCopy,
  QUICK,
  scratchFolder,
  started,
  whyNotAsNobody,
} from './testing/scratch.ts';

function linksIn(packageFolder: string): string[] {
  const lib = path.join(packageFolder, 'native', 'lib');
  return readdirSync(lib).filter((name) => lstatSync(path.join(lib, name)).isSymbolicLink());
}

describe('the binaries of the npm package', () => {
  it('get the links of their libraries where npm ran no install script', async () => {
    const packageFolder = packageCopy(path.join(openFolder(), 'package'), { links: false });
    expect(linksIn(packageFolder)).toEqual([]);
    const server = await started(await clusterFolder(), QUICK, { packageFolder });
    expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
    const links = linksIn(packageFolder);
    expect(links).toContain('libicuuc.so.60');
    const lib = path.join(packageFolder, 'native', 'lib');
    expect(links.filter((name) => !existsSync(path.join(lib, name)))).toEqual([]);
    // Relative, so that a moved project still works.
    expect(
      links.map((name) => readlinkSync(path.join(lib, name))).filter((target) => path.isAbsolute(target)),
    ).toEqual([]);
  });

  it('are said to lack them where this user may not make them', async ({ skip }) => {
    const reason = await whyNotAsNobody();
    skip(reason !== undefined, reason);
    const packageFolder = packageCopy(path.join(openFolder(), 'package'), { links: false });
    const dataDir = scratchFolder();
    chownSync(dataDir, NOBODY, NOBODY);
    const outcome = await otherProgram(dataDir, { uid: NOBODY, packageFolder }).outcome();
    expect(outcome).toMatchObject({ kind: 'failed', code: 'binaries-incomplete' });
    expect(outcome).toMatchObject({
      message: expect.stringMatching(/libecpg\.so is missing.*EACCES.*npm rebuild/),
    });
    expect(linksIn(packageFolder)).toEqual([]);
  });

  it('are said not to run where a library is missing, and which', async () => {
    const packageFolder = packageCopy(path.join(scratchFolder(), 'package'), { links: true });
    rmSync(path.join(packageFolder, 'native', 'lib', 'libicuuc.so.60.2'));
    expect(await locateBinaries(packageFolder)).toMatchObject({
      kind: 'failed',
      code: 'binaries-incomplete',
      message: expect.stringMatching(/libicuuc\.so\.60.*DATABASE_URL/),
    });
  });

  it('are said to be for another C library where their loader is missing', async () => {
    const packageFolder = scratchFolder();
    const postgres = path.join(packageFolder, 'native', 'bin', 'postgres');
    mkdirSync(path.dirname(postgres), { recursive: true });
    writeFileSync(postgres, '#!/lib/no-such-loader.so\n', { mode: 0o755 });
    expect(await locateBinaries(packageFolder)).toMatchObject({
      kind: 'failed',
      code: 'unsupported-platform',
      message: expect.stringContaining('glibc'),
    });
  });

  it('are said to be missing where the package is empty', async () => {
    expect(await locateBinaries(scratchFolder())).toMatchObject({
      kind: 'failed',
      code: 'binaries-incomplete',
      message: expect.stringContaining('npm ci'),
    });
  });
});
