import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { keepPort, portUrl, socketAnswers, socketFile, socketUrl } from './address.ts';
import type { Address } from './address.ts';
import type { DataDir } from './data-dir.ts';
import { ensureCluster, SUPERUSER } from './init-cluster.ts';
import { findPackage, locateBinaries } from './locate-binaries.ts';
import type { Binaries } from './locate-binaries.ts';
import { removeSpoiltLock, serverState } from './lock-file.ts';
import { endOrphans } from './orphans.ts';
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

/** A server that this process uses. */
export interface RunningServer {
  readonly kind: 'up';
  readonly pid: number;
  readonly access: Access;
  readonly use: ServerUse;
  /** Resolves with how its process ended; undefined: another process started it. */
  readonly ended: Promise<string> | undefined;
}

/** What one has to know to come in; it stays the same when the server that died is replaced. */
export interface Access {
  /** With the folder of the socket only if that leads to the server. */
  readonly address: Address;
  readonly password: string;
}

export interface Wish {
  readonly dataDir: DataDir;
  readonly settings: Readonly<Record<string, string>>;
  readonly onProgress: (message: string) => void;
  /** The folder of the npm package with the binaries; default: the installed one. */
  readonly packageFolder: string | undefined;
  /** How long something that holds the cluster is waited for. */
  readonly patienceMs: number;
  /** To replace a server that died: how one came in to that. The cluster has to be there, as it was. */
  readonly replaces: Access | undefined;
  /** Gives up, and stops a server that is on its way up; one that is up is joined all the same. */
  readonly signal: AbortSignal;
}

export type BroughtUp = RunningServer | Failure | { readonly kind: 'given-up' };

const TRY_EVERY_MS = 100;

/** Sees that the server of a data folder runs, and joins those who use it. */
export async function bringUp(wish: Wish): Promise<BroughtUp> {
  const { dataDir, settings, onProgress, replaces, signal } = wish;
  let prepared: Prepared | undefined;
  let started: { readonly pid: number; readonly ended: Promise<string> } | undefined;
  let hinderedSince: number | undefined;
  let announced = false;
  let socketFails = false;
  for (;;) {
    let hindrance: string;
    let { patienceMs } = wish;
    const state = serverState(dataDir.cluster);
    // One that it has started others may use already: it is joined, to be left as any other.
    const ours = state.kind === 'ready' && state.pid === started?.pid;
    if (signal.aborted && !ours) return { kind: 'given-up' };
    switch (state.kind) {
      case 'ready': {
        const joined = await join(wish, state.pid, state.address, started);
        if (joined.kind !== 'not-now') return joined;
        hindrance = `its server (process ${state.pid}) ${joined.reason}`;
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
          const preparation = await prepare(wish);
          if (preparation.kind === 'failed') return preparation;
          prepared = preparation;
          // That took a while: another process may have started the server.
          continue;
        }
        if (!announced) onProgress('starting PostgreSQL');
        announced = true;
        const { binaries, identity } = prepared;
        const start = await startServer({
          binaries,
          identity,
          dataDir,
          settings,
          onProgress,
          signal,
          stalePid: state.stalePid,
          port: replaces?.address.port,
          withSocket: !socketFails,
        });
        if (start.kind === 'failed') {
          return failed(
            'start-failed',
            `PostgreSQL does not start in ${dataDir.folder}. The end of ${dataDir.logFile}:\n${start.reason}`,
          );
        }
        if (start.kind === 'ready') {
          started = start;
          continue;
        }
        hindrance = start.reason;
        // Those who came in by the socket have no other way.
        if (start.because === 'socket') socketFails = replaces?.address.socketFolder === undefined;
        if (start.because === 'memory')
          endOrphans(dataDir.cluster, performance.now() - (hinderedSince ?? performance.now()));
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
async function prepare(wish: Wish): Promise<Prepared | Failure> {
  const { dataDir, settings, onProgress, packageFolder, replaces } = wish;
  // A new one in place of the one in use would be an empty database, and look like a server that is well.
  if (replaces !== undefined && !existsSync(path.join(dataDir.cluster, 'global', 'pg_control'))) {
    return failed(
      'not-a-cluster',
      `The database cluster ${dataDir.cluster} is gone. Stop Laurel and restore it.`,
    );
  }
  const found = packageFolder ?? findPackage();
  if (typeof found === 'object' && found.kind === 'failed') return found;
  const binaries = await locateBinaries(typeof found === 'string' ? found : found.folder);
  if (binaries.kind === 'failed') return binaries;
  const chosen = await chooseIdentity(dataDir, binaries);
  if (chosen.kind === 'failed') return chosen;
  const { identity } = chosen;
  if (replaces !== undefined) return { kind: 'prepared', binaries, identity };
  const durable = settings['fsync'] !== 'off';
  const cluster = await ensureCluster({ dataDir, binaries, identity, durable, onProgress });
  return cluster.kind === 'failed' ? cluster : { kind: 'prepared', binaries, identity };
}

async function join(
  { dataDir, replaces }: Wish,
  pid: number,
  address: Address,
  started: { readonly pid: number; readonly ended: Promise<string> } | undefined,
): Promise<RunningServer | Failure | { readonly kind: 'not-now'; readonly reason: string }> {
  if (replaces !== undefined && !covers(address, replaces.address)) {
    return {
      kind: 'not-now',
      reason: `listens on port ${address.port}, and port ${replaces.address.port} is needed`,
    };
  }
  const password = replaces?.password ?? readPassword(dataDir.passwordFile) ?? '';
  const isUp = (): boolean => isServerOf(pid, dataDir.cluster);
  const joined = await joinServer(portUrl(SUPERUSER, password, address), isUp);
  switch (joined.kind) {
    case 'not-now':
      return { kind: 'not-now', reason: `takes no connection: ${joined.reason}` };
    case 'password-rejected': {
      if (pid === started?.pid) await stopServer(dataDir.cluster, pid);
      return failed(
        'password-rejected',
        `PostgreSQL does not take the password in ${dataDir.passwordFile}. Restore that file; or, with the server stopped, delete it: then the next start sets a new one.`,
      );
    }
    case 'joined': {
      keepPort(dataDir.portFile, address.port);
      const access = replaces ?? { address: await usable(address), password };
      const ended = pid === started?.pid ? started.ended : undefined;
      return { kind: 'up', pid, access, use: joined.use, ended };
    }
  }
}

function covers(offered: Address, needed: Address): boolean {
  return (
    offered.port === needed.port &&
    (needed.socketFolder === undefined || offered.socketFolder === needed.socketFolder)
  );
}

async function usable(address: Address): Promise<Address> {
  const { port, socketFolder } = address;
  const answers = socketFolder !== undefined && (await socketAnswers(socketFile(address, socketFolder)));
  return { port, socketFolder: answers ? socketFolder : undefined };
}

/** The two ways in: by the port; and the faster one, which is the socket where there is one. */
export function urlsOf({ address, password }: Access): { readonly byPort: string; readonly fastest: string } {
  const byPort = portUrl(SUPERUSER, password, address);
  const { port, socketFolder } = address;
  return {
    byPort,
    fastest: socketFolder === undefined ? byPort : socketUrl(SUPERUSER, password, port, socketFolder),
  };
}
