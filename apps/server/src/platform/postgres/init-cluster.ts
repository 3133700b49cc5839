import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { EmbeddedPostgresError, systemCode, textOf } from './failure.ts';
import type { Binaries } from './locate-binaries.ts';
import type { Runner } from './run-as.ts';
import { isAlive } from './running-server.ts';

export const SUPERUSER = 'laurel';
const MAJOR = '18';
const INITDB_OPTIONS: readonly string[] = [
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  '--data-checksums',
];
const HALF_MADE = /^postgres-new-(\d+)$/;

/** The password of the cluster, made on the first start and kept with mode 0600. */
export function loadPassword(dataDir: string): string {
  const file = path.join(dataDir, 'postgres-password');
  try {
    writeFileSync(file, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}

/**
 * Makes the cluster where there is none. It is made under another name and renamed when it is complete, so an
 * interrupted one is never taken for a cluster, and a complete one is never deleted.
 */
export function ensureCluster(
  dataDir: string,
  binaries: Binaries,
  runner: Runner,
  onProgress: (text: string) => void,
): string {
  const cluster = path.join(dataDir, 'postgres');
  removeHalfMade(dataDir);
  if (!existsSync(cluster)) {
    onProgress('making the database cluster');
    makeCluster(dataDir, cluster, binaries, runner);
  }
  checkVersion(cluster);
  return cluster;
}

function makeCluster(dataDir: string, cluster: string, binaries: Binaries, runner: Runner): void {
  const fresh = path.join(dataDir, `postgres-new-${process.pid}`);
  const passwordFile = path.join(fresh, 'password');
  mkdirSync(path.join(fresh, 'data'), { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, loadPassword(dataDir), { mode: 0o600 });
  runner.own(fresh);
  const made = runner.run(
    binaries.initdb,
    INITDB_OPTIONS.concat('-D', path.join(fresh, 'data'), '-U', SUPERUSER, '--pwfile', passwordFile),
    120_000,
  );
  if (made.status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    const reason = (made.stderr || made.stdout || textOf(made.error)).trim().split('\n').slice(-5).join('\n');
    throw new EmbeddedPostgresError(
      'start-failed',
      `The database cluster in ${dataDir} cannot be made:\n${reason}`,
    );
  }
  try {
    renameSync(path.join(fresh, 'data'), cluster);
  } catch (error) {
    // Another process that started at the same time has made it first.
    if (systemCode(error) !== 'ENOTEMPTY' && systemCode(error) !== 'EEXIST') throw error;
  }
  rmSync(fresh, { recursive: true, force: true });
}

function removeHalfMade(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    const pid = Number(HALF_MADE.exec(name)?.[1]);
    if (pid > 0 && (pid === process.pid || !isAlive(pid)))
      rmSync(path.join(dataDir, name), { recursive: true, force: true });
  }
}

function checkVersion(cluster: string): void {
  const file = path.join(cluster, 'PG_VERSION');
  if (!existsSync(file)) {
    throw new EmbeddedPostgresError(
      'foreign-cluster',
      `${cluster} is not a database cluster: move it away, or set LAUREL_DATA_DIR to another folder.`,
    );
  }
  const version = readFileSync(file, 'utf8').trim();
  if (version !== MAJOR) {
    throw new EmbeddedPostgresError(
      'other-version',
      `${cluster} was made by PostgreSQL ${version}, and this Laurel brings ${MAJOR}. Start the Laurel that made it and move the data by a backup, or set LAUREL_DATA_DIR to another folder.`,
    );
  }
}
