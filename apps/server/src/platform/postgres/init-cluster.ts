import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

import type { DataDir } from './data-dir.ts';
import type { Binaries } from './locate-binaries.ts';
import type { Failure } from './outcome.ts';
import { codeOf, failed, lastLines, textOf } from './outcome.ts';
import { keepPassword, readPassword } from './password.ts';
import { isAlive } from './process-identity.ts';
import { giveTo } from './run-as.ts';
import { runProgram } from './run-program.ts';
import type { Identity } from './run-program.ts';
import { initialSettings } from './server-settings.ts';

/** The superuser of the cluster, and the one whom Laurel connects as. */
export const SUPERUSER = 'laurel';

const INITDB_OPTIONS: readonly string[] = [
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  // Sorts by code point on every machine, whatever its C library, so no index breaks when that is upgraded.
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  '--data-checksums',
  '--no-instructions',
];
const INITDB_MS = 180_000;
const HALF_MADE = /^postgres-new-(\d+)-/;

export interface ClusterRequest {
  readonly dataDir: DataDir;
  readonly binaries: Binaries;
  readonly identity: Identity;
  /** Whether it has to outlive a power cut; tests save the time. */
  readonly durable: boolean;
  readonly onProgress: (message: string) => void;
}

/**
 * Sees that there is a cluster of our version with a password that we know. A new one is made under another name and
 * renamed once it is complete and on disk, so an interrupted one is never taken for a cluster, and whatever has the
 * cluster's name is never deleted.
 */
export async function ensureCluster(request: ClusterRequest): Promise<{ readonly kind: 'there' } | Failure> {
  const { dataDir, binaries, identity, onProgress } = request;
  removeHalfMade(dataDir.folder);
  if (isAbsent(dataDir.cluster)) {
    onProgress('creating the database cluster');
    return await createCluster(request);
  }
  const unusable = whyUnusable(dataDir.cluster, binaries.majorVersion);
  if (unusable !== undefined) return unusable;
  giveTo(identity, dataDir.cluster);
  // PostgreSQL refuses a cluster that others can read, as a restored copy may be.
  chmodSync(dataDir.cluster, 0o700);
  if (readPassword(dataDir.passwordFile) !== undefined) return { kind: 'there' };
  onProgress('setting a new database password: the kept one is gone');
  return await resetPassword(request);
}

function isAbsent(cluster: string): boolean {
  const found = statSync(cluster, { throwIfNoEntry: false });
  return found === undefined || (found.isDirectory() && readdirSync(cluster).length === 0);
}

function whyUnusable(cluster: string, majorVersion: string): Failure | undefined {
  const versionFile = path.join(cluster, 'PG_VERSION');
  // initdb writes the version first and pg_control late: without it nothing in there can be started.
  if (!existsSync(versionFile) || !existsSync(path.join(cluster, 'global', 'pg_control'))) {
    return failed(
      'not-a-cluster',
      `${cluster} is not a complete database cluster, and is left as it is. Restore it, or move it away to begin with an empty one, or set LAUREL_DATA_DIR to another folder.`,
    );
  }
  const version = readFileSync(versionFile, 'utf8').trim();
  if (version === majorVersion) return undefined;
  return failed(
    'other-version',
    `${cluster} was made by PostgreSQL ${version}, and this Laurel brings PostgreSQL ${majorVersion}. ` +
      'Start the Laurel that made it and move the data by export, or set LAUREL_DATA_DIR to another folder.',
  );
}

async function createCluster({
  dataDir,
  binaries,
  identity,
  durable,
}: ClusterRequest): Promise<{ readonly kind: 'there' } | Failure> {
  const workshop = path.join(dataDir.folder, `postgres-new-${process.pid}-${randomBytes(4).toString('hex')}`);
  const fresh = path.join(workshop, 'cluster');
  const passwordFile = path.join(workshop, 'password');
  try {
    mkdirSync(fresh, { recursive: true, mode: 0o700 });
    writeFileSync(passwordFile, keepPassword(dataDir.passwordFile), { mode: 0o600 });
    giveTo(identity, workshop);
    const made = await runProgram(
      identity,
      [
        binaries.initdb,
        `--pgdata=${fresh}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        ...INITDB_OPTIONS,
        ...(durable ? [] : ['--no-sync']),
        ...initialSettings().flatMap((setting) => ['--set', setting]),
      ],
      { timeoutMs: INITDB_MS },
    );
    if (made.status !== 0) {
      const reason = lastLines(made.stderr) || lastLines(made.stdout);
      return failed(
        'start-failed',
        `The database cluster in ${dataDir.folder} cannot be created:\n${reason}`,
      );
    }
    return moveIntoPlace(fresh, dataDir);
  } catch (error) {
    return failed(
      'data-dir-not-writable',
      `The database cluster in ${dataDir.folder} cannot be created: ${textOf(error)}`,
    );
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

function moveIntoPlace(fresh: string, dataDir: DataDir): { readonly kind: 'there' } {
  try {
    renameSync(fresh, dataDir.cluster);
  } catch (error) {
    const code = codeOf(error);
    // Another process that started at the same time was faster: its cluster has the same password.
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return { kind: 'there' };
    throw error;
  }
  const folder = openSync(dataDir.folder, 'r');
  fsyncSync(folder);
  closeSync(folder);
  return { kind: 'there' };
}

/** Removes what an initdb left behind whose process is gone. Its folder was never a cluster that anybody used. */
function removeHalfMade(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(HALF_MADE.exec(name)?.[1] ?? Number.NaN);
    if (pid > 0 && !isAlive(pid)) rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}

/** Sets a new password in a cluster that is down, in PostgreSQL's single-user mode: it asks for none. */
async function resetPassword({
  dataDir,
  binaries,
  identity,
}: ClusterRequest): Promise<{ readonly kind: 'there' } | Failure> {
  const password = keepPassword(dataDir.passwordFile);
  const done = await runProgram(
    identity,
    [binaries.postgres, '--single', '-D', dataDir.cluster, 'postgres'],
    { timeoutMs: INITDB_MS, input: `alter role ${SUPERUSER} password '${password}'\n` },
  );
  if (done.status === 0 && !/ERROR|FATAL/.test(done.stderr)) return { kind: 'there' };
  rmSync(dataDir.passwordFile);
  return failed(
    'password-rejected',
    `The password of the database was in ${dataDir.passwordFile}, which is gone, and a new one cannot be set:\n${lastLines(done.stderr)}`,
  );
}
