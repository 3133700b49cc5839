import { setTimeout as delay } from 'node:timers/promises';

import { openDataDir } from './data-dir.ts';
import type { DataDir } from './data-dir.ts';
import { ensureCluster, SUPERUSER } from './init-cluster.ts';
import { findPackage, locateBinaries } from './locate-binaries.ts';
import type { Binaries } from './locate-binaries.ts';
import { removeSpoiltLock, serverState } from './lock-file.ts';
import type { Failure } from './outcome.ts';
import { failed } from './outcome.ts';
import { readPassword } from './password.ts';
import { isServerOf } from './process-identity.ts';
import { chooseIdentity } from './run-as.ts';
import type { Identity } from './run-program.ts';
import { joinServer } from './server-use.ts';
import type { ServerUse } from './server-use.ts';
import { START_MS, startServer } from './start-server.ts';
import { stopServer } from './stop-server.ts';

export interface StartOptions {
  /** Laurel's data folder, made where it is missing. Cluster, log and password are in it, named `postgres*`. */
  readonly dataDir: string;
  /** Further settings of PostgreSQL, for this start only. Where it listens and what a commit means stay as they are. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told in plain words what takes time, such as "creating the database cluster". */
  readonly onProgress?: (message: string) => void;
}

export interface EmbeddedPostgres {
  /** For the superuser on the database `postgres`, with the password. */
  readonly connectionString: string;
  /** Whether the server ran before, started by another process that still uses it or was killed. */
  readonly adopted: boolean;
  /** As `18.4`. */
  readonly version: string;
  readonly pid: number;
  /**
   * Ends this process's use of the server. The last one to end it stops the server and waits until it is down:
   * sessions are ended, and where that takes longer than 8 s it goes down at once. Nothing committed is lost.
   */
  stop(): Promise<void>;
}

export type StartOutcome = { readonly kind: 'started'; readonly postgres: EmbeddedPostgres } | Failure;

/** What a test replaces. */
export interface Machine {
  /** The folder of the npm package with the binaries. */
  readonly packageFolder?: string;
  /** How long something that holds the cluster is waited for. */
  readonly patienceMs?: number;
}

/** What a killed server leaves behind is gone after about 2 s (measured); a stopping one may take longer. */
const PATIENCE_MS = 30_000;
const TRY_EVERY_MS = 100;

/**
 * Starts the embedded PostgreSQL of a data folder, or takes over the one that runs on it. Several processes may call
 * it for one folder at any time: they get the same server.
 */
export async function startEmbeddedPostgres(options: StartOptions): Promise<StartOutcome> {
  return await launch(options, {});
}

export async function launch(options: StartOptions, machine: Machine): Promise<StartOutcome> {
  const { settings = {}, onProgress = () => undefined } = options;
  const dataDir = openDataDir(options.dataDir);
  if (dataDir.kind === 'failed') return dataDir;
  let prepared: Prepared | undefined;
  let startedPid: number | undefined;
  let hinderedSince: number | undefined;
  let announced = false;
  for (;;) {
    let hindrance: string;
    let patienceMs = machine.patienceMs ?? PATIENCE_MS;
    const state = serverState(dataDir.cluster);
    switch (state.kind) {
      case 'ready': {
        const joined = await join(dataDir, state.pid, state.port, startedPid);
        if (joined.kind !== 'not-now') return joined;
        hindrance = `its server (process ${state.pid}) takes no connection: ${joined.reason}`;
        break;
      }
      case 'busy': {
        hindrance = `its server (process ${state.pid}) is ${state.status}`;
        if (state.status === 'starting') patienceMs = START_MS;
        break;
      }
      case 'spoilt': {
        hindrance = 'its lock file names no process';
        removeSpoiltLock(dataDir.cluster);
        break;
      }
      case 'down': {
        if (prepared === undefined) {
          const preparation = await prepare(dataDir, machine, settings, onProgress);
          if (preparation.kind === 'failed') return preparation;
          prepared = preparation;
          // That took a while: another process may have started the server.
          continue;
        }
        if (!announced) onProgress('starting PostgreSQL');
        announced = true;
        const { stalePid } = state;
        const start = await startServer({ ...prepared, dataDir, settings, stalePid, onProgress });
        if (start.kind === 'failed') {
          return failed(
            'start-failed',
            `PostgreSQL does not start in ${dataDir.folder}. The end of ${dataDir.logFile}:\n${start.reason}`,
          );
        }
        if (start.kind === 'ready') {
          startedPid = start.pid;
          continue;
        }
        hindrance = start.reason;
        break;
      }
    }
    hinderedSince ??= performance.now();
    if (performance.now() - hinderedSince > patienceMs) {
      return failed(
        'locked',
        `The database cluster ${dataDir.cluster} cannot be had, tried for ${Math.round(patienceMs / 1000)} s: ${hindrance}. ` +
          'If another Laurel uses this data folder, stop it; if a process of PostgreSQL is left of one that was killed, end it.',
      );
    }
    await delay(TRY_EVERY_MS);
  }
}

interface Prepared {
  readonly kind: 'prepared';
  readonly binaries: Binaries;
  readonly identity: Identity;
}

/** All that a server needs before it can start; done once, and only where none runs. */
async function prepare(
  dataDir: DataDir,
  machine: Machine,
  settings: Readonly<Record<string, string>>,
  onProgress: (message: string) => void,
): Promise<Prepared | Failure> {
  const found = machine.packageFolder ?? findPackage();
  if (typeof found === 'object' && found.kind === 'failed') return found;
  const binaries = await locateBinaries(typeof found === 'string' ? found : found.folder);
  if (binaries.kind === 'failed') return binaries;
  const chosen = await chooseIdentity(dataDir, binaries);
  if (chosen.kind === 'failed') return chosen;
  const { identity } = chosen;
  const durable = settings['fsync'] !== 'off';
  const cluster = await ensureCluster({ dataDir, binaries, identity, durable, onProgress });
  return cluster.kind === 'failed' ? cluster : { kind: 'prepared', binaries, identity };
}

async function join(
  dataDir: DataDir,
  pid: number,
  port: number,
  startedPid: number | undefined,
): Promise<StartOutcome | { readonly kind: 'not-now'; readonly reason: string }> {
  const password = readPassword(dataDir.passwordFile) ?? '';
  const connectionString = `postgres://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
  const isUp = (): boolean => isServerOf(pid, dataDir.cluster);
  const joined = await joinServer(connectionString, isUp);
  switch (joined.kind) {
    case 'not-now':
      return joined;
    case 'password-rejected': {
      if (pid === startedPid) await stopServer(dataDir.cluster, pid);
      return failed(
        'password-rejected',
        `PostgreSQL does not take the password in ${dataDir.passwordFile}. Restore that file; or, with the server stopped, delete it: then the next start sets a new one.`,
      );
    }
    case 'joined': {
      const { use } = joined;
      let stopped: Promise<void> | undefined;
      const stop = async (): Promise<void> => await (stopped ??= leave(dataDir.cluster, pid, use));
      const { version } = use;
      return {
        kind: 'started',
        postgres: { connectionString, adopted: pid !== startedPid, version, pid, stop },
      };
    }
  }
}

async function leave(cluster: string, pid: number, use: ServerUse): Promise<void> {
  if (await use.leave()) await stopServer(cluster, pid);
}
