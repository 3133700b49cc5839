import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { giveTree } from './data-dir.ts';
import { query } from './testing/database.ts';
import { otherProgram } from './testing/processes.ts';
import {
  clusterFolder,
  IS_ROOT,
  launched,
  NOBODY,
  openFolder,
  packageCopy,
  QUICK,
  scratchFolder,
  started,
  whyNotAsNobody,
} from './testing/scratch.ts';

/** Another user with a name, as initdb demands; every Linux has it. */
const DAEMON = 1;

const NAMESPACES =
  spawnSync('unshare', ['-U', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, 'true']).status === 0;
const NO_NAMESPACES = 'this machine allows no user namespaces';

/** A machine on which the kernel or the container allows no user namespaces. */
function withoutNamespaces(): void {
  const folder = openFolder();
  const refusing = '#!/bin/sh\necho "unshare: unshare failed: Operation not permitted" >&2\nexit 1\n';
  writeFileSync(path.join(folder, 'unshare'), refusing, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
}

/** A home with a project in it, also where this checkout is in a closed one; made once, for it takes a while. */
let home: string;
let packageFolder: string;
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'laurel-postgres-'));
  packageFolder = packageCopy(path.join(home, 'project', 'package'), { links: true });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Closed as that of root is, or open; whose it is. */
function layOutHome(uid: number, mode: 0o700 | 0o755): void {
  giveTree(home, uid, uid);
  chmodSync(home, mode);
}

function uidOf(pid: number): number {
  return statSync(`/proc/${pid}`).uid;
}

/** The user that the server takes itself for. */
function innerUidOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/uid_map`, 'utf8').trim().split(/\s+/)[0]);
}

describe.runIf(IS_ROOT)('as root', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('runs in a user namespace, files staying its own', async ({ skip }) => {
    skip(!NAMESPACES, NO_NAMESPACES);
    const folder = scratchFolder();
    const { pid } = await started(folder, QUICK);
    expect([uidOf(pid), innerUidOf(pid)]).toEqual([0, NOBODY]);
    expect(statSync(path.join(folder, 'postgres')).uid).toBe(0);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('runs from a project and a data folder under its closed home', async ({ skip }) => {
    skip(!NAMESPACES, NO_NAMESPACES);
    layOutHome(0, 0o700);
    const server = await started(path.join(home, 'project', 'of-root'), QUICK, { packageFolder });
    expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('becomes nobody where namespaces are not allowed, and lets only that group through the data folder', async () => {
    withoutNamespaces();
    layOutHome(0, 0o755);
    const folder = path.join(home, 'of-nobody');
    const { pid, connectionString, localConnectionString } = await started(folder, QUICK, { packageFolder });
    expect([uidOf(pid), innerUidOf(pid)]).toEqual([NOBODY, 0]);
    expect(await query(connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(localConnectionString).not.toBe(connectionString);
    expect(await query(localConnectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(statSync(path.join(folder, 'postgres')).uid).toBe(NOBODY);
    expect(statSync(folder).mode & 0o777).toBe(0o710);
    expect(statSync(path.join(folder, 'postgres-password'))).toMatchObject({ uid: 0 });
  });

  it('hands its cluster to nobody where namespaces are allowed no more, and stays with that', async ({
    skip,
  }) => {
    skip(!NAMESPACES, NO_NAMESPACES);
    layOutHome(0, 0o755);
    const folder = path.join(home, 'handed-over');
    cpSync(await clusterFolder(), folder, { recursive: true });
    chmodSync(folder, 0o700);
    const first = await started(folder, QUICK, { packageFolder });
    await query(first.connectionString, 'create table t as select 1 as one');
    await first.stop();
    withoutNamespaces();
    const second = await started(folder, QUICK, { packageFolder });
    expect(uidOf(second.pid)).toBe(NOBODY);
    expect(await query(second.connectionString, 'select one from t')).toEqual([{ one: 1 }]);
    await second.stop();
    vi.unstubAllEnvs();
    const third = await started(folder, QUICK, { packageFolder });
    expect([uidOf(third.pid), innerUidOf(third.pid)]).toEqual([NOBODY, 0]);
  });

  it('says what to do where nobody else reaches the files, and leaves the data folder as it is', async () => {
    withoutNamespaces();
    layOutHome(0, 0o700);
    const inHome = await launched(path.join(home, 'data'), QUICK, { packageFolder });
    expect(inHome).toMatchObject({ kind: 'failed', code: 'root-not-possible' });
    expect(inHome).toMatchObject({
      message: expect.stringMatching(
        /Operation not permitted.*user nobody.*Start Laurel as another user.*DATABASE_URL/s,
      ),
    });
    // Also where only the data folder is out of reach.
    layOutHome(0, 0o755);
    const folder = path.join(scratchFolder(), 'data');
    expect(await launched(folder, QUICK, { packageFolder })).toMatchObject({
      code: 'root-not-possible',
      message: expect.stringContaining(`cannot enter ${folder}`),
    });
    expect(statSync(folder)).toMatchObject({ uid: 0, gid: 0 });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('runs as the owner of a home that is closed to it without its privileges', async () => {
    layOutHome(DAEMON, 0o700);
    const folder = path.join(home, 'project', 'of-daemon');
    const { pid, connectionString } = await started(folder, QUICK, { packageFolder });
    expect(uidOf(pid)).toBe(DAEMON);
    expect(await query(connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('runs as the owner of a cluster that another user made', async () => {
    layOutHome(0, 0o755);
    const folder = await clusterFolder();
    giveTree(folder, DAEMON, DAEMON);
    const { pid } = await started(folder, QUICK, { packageFolder });
    expect(uidOf(pid)).toBe(DAEMON);
    expect(statSync(path.join(folder, 'postgres', 'PG_VERSION')).uid).toBe(DAEMON);
  });
});

describe('as a user who is not root', () => {
  it('runs as that user', async ({ skip }) => {
    const reason = await whyNotAsNobody();
    skip(reason !== undefined, reason);
    const folder = scratchFolder();
    chownSync(folder, NOBODY, NOBODY);
    const program = otherProgram(folder, { uid: NOBODY });
    const outcome = await program.outcome();
    expect(outcome).toMatchObject({ kind: 'started', postgres: { adopted: false } });
    const { pid, connectionString } =
      outcome.kind === 'started' ? outcome.postgres : { pid: 0, connectionString: '' };
    expect([uidOf(pid), innerUidOf(pid)]).toEqual([NOBODY, 0]);
    expect(await query(connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
    await program.end();
    expect(() => uidOf(pid)).toThrow('ENOENT');
  });

  it('is told where a folder cannot be written, or a cluster is another user’s', async ({ skip }) => {
    const reason = await whyNotAsNobody();
    skip(reason !== undefined, reason);
    const readOnly = path.join(openFolder(), 'read-only');
    mkdirSync(readOnly, { mode: 0o755 });
    for (const folder of [readOnly, path.join(readOnly, 'below')]) {
      const outcome = await otherProgram(folder, { uid: NOBODY }).outcome();
      expect(outcome).toMatchObject({ kind: 'failed', code: 'data-dir-not-writable' });
      expect(outcome).toMatchObject({ message: expect.stringMatching(/read-only.*EACCES.*LAUREL_DATA_DIR/) });
    }
    const shared = await clusterFolder();
    chownSync(shared, NOBODY, NOBODY);
    const outcome = await otherProgram(shared, { uid: NOBODY }).outcome();
    expect(outcome).toMatchObject({ kind: 'failed', code: 'data-dir-not-writable' });
    expect(outcome).toMatchObject({ message: expect.stringContaining('belongs to another user (uid 0)') });
  });
});
