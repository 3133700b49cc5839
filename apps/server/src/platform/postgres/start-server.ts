import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, fstatSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { choosePort, isFree, makeSocketFolder, readPort, socketFile } from './address.ts';
import type { Address } from './address.ts';
import type { DataDir } from './data-dir.ts';
import type { Binaries } from './locate-binaries.ts';
import { removeSocketLock, serverState } from './lock-file.ts';
import { lastLines, textOf } from './outcome.ts';
import { giveTo } from './run-as.ts';
import { programEnvironment } from './run-program.ts';
import type { Identity } from './run-program.ts';
import { openLog, readLog } from './server-log.ts';
import { runtimeSettings } from './server-settings.ts';

export type ServerStart =
  | {
      readonly kind: 'ready';
      readonly pid: number;
      /** Resolves with how it ended, such as "killed by SIGKILL". */
      readonly ended: Promise<string>;
    }
  /** Something that may pass. */
  | { readonly kind: 'hindered'; readonly because: Hindrance; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

type Hindrance =
  /** A faster starter, or a killed server that is not quite gone. */
  | 'lock'
  /** Processes of a killed server use its memory. */
  | 'memory'
  /** Another program has the port. */
  | 'port'
  /** The system makes no socket in that folder. */
  | 'socket'
  /** It was told to give up. */
  | 'given-up';

/** How long a server may take: after a crash it first replays at most `max_wal_size` of its log. */
export const START_MS = 300_000;
const LOOK_EVERY_MS = 20;
const STOP_STARTING_MS = 5_000;
const TELL_AFTER_MS = 3_000;
const HINDRANCES: readonly (readonly [Hindrance, RegExp])[] = [
  ['memory', /pre-existing shared memory/],
  ['port', /could not create any TCP\/IP sockets/],
  ['socket', /could not create any Unix-domain sockets/],
  ['lock', /lock file/],
];

export interface ServerRequest {
  readonly dataDir: DataDir;
  readonly binaries: Binaries;
  readonly identity: Identity;
  readonly settings: Readonly<Record<string, string>>;
  /** The process that a left lock names, and that is not a server of this cluster. */
  readonly stalePid: number | undefined;
  readonly onProgress: (message: string) => void;
  /** Where it has to listen; undefined: where the last one did, else wherever is free. */
  readonly port: number | undefined;
  readonly withSocket: boolean;
  readonly signal: AbortSignal;
}

/**
 * Starts the server as a process that outlives this one, with its output in the log file, and waits until it takes
 * connections. It is our own child and not pg_ctl's, so its end is known at once and leaves no zombie.
 */
export async function startServer(request: ServerRequest): Promise<ServerStart> {
  const { dataDir, binaries, identity, settings, stalePid, onProgress } = request;
  if (request.port !== undefined && !(await isFree(request.port))) {
    return { kind: 'hindered', because: 'port', reason: `another program has the port ${request.port}` };
  }
  const address = await chooseAddress(request);
  const log = openLog(dataDir.logFile);
  const { size: before } = fstatSync(log);
  const server = [binaries.postgres, '-D', dataDir.cluster, ...runtimeSettings(address, settings)];
  const [program = binaries.postgres, ...args] = [...identity.prefix, ...server];
  const child = spawn(program, args, {
    cwd: '/',
    // A session of its own: Ctrl+C in our terminal is not for it.
    detached: true,
    stdio: ['ignore', log, log],
    // PostgreSQL takes a lock for stale when it names its own parent or "grandparent". It is how a lock whose number
    // went to another program is overcome without deleting it, which could hit the lock of a server that just started.
    env: programEnvironment(stalePid === undefined ? {} : { PG_GRANDPARENT_PID: String(stalePid) }),
    ...identity.user,
  });
  closeSync(log);
  const end: { seen: boolean; spawnError?: string } = { seen: false };
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      Object.assign(end, { seen: true, spawnError: textOf(error) });
      resolve(textOf(error));
    });
    child.once('exit', (status, signal) => {
      end.seen = true;
      resolve(signal === null ? `ended with status ${status}` : `killed by ${signal}`);
    });
  });
  const begun = performance.now();
  for (let told = false; !end.seen;) {
    const state = serverState(dataDir.cluster);
    if (state.kind === 'ready' && state.pid === child.pid) {
      child.unref();
      return { kind: 'ready', pid: state.pid, ended };
    }
    if (request.signal.aborted) {
      await stopStarting(child, ended);
      return { kind: 'hindered', because: 'given-up', reason: 'given up' };
    }
    const waited = performance.now() - begun;
    if (waited > START_MS) {
      await stopStarting(child, ended);
      return { kind: 'failed', reason: `It was not ready after ${START_MS / 1000} s.` };
    }
    if (waited > TELL_AFTER_MS && !told) {
      onProgress('PostgreSQL is still starting: after a crash it replays its log first');
      told = true;
    }
    await delay(LOOK_EVERY_MS);
  }
  const said = readLog(dataDir.logFile, before);
  const reason = [end.spawnError, lastLines(said)].filter(Boolean).join('\n');
  const hindrance = HINDRANCES.find(([, words]) => words.test(said));
  return hindrance === undefined
    ? { kind: 'failed', reason }
    : { kind: 'hindered', because: hindrance[0], reason };
}

/** It is our child whatever it calls itself: until it has become PostgreSQL it goes by another name. */
async function stopStarting(child: ChildProcess, ended: Promise<string>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    child.kill(signal);
    const patience = new AbortController();
    const tooLong = delay(STOP_STARTING_MS, 'too long', { signal: patience.signal }).catch(() => 'ended');
    const outcome = await Promise.race([ended, tooLong]);
    patience.abort();
    if (outcome !== 'too long') return;
  }
}

async function chooseAddress({ dataDir, identity, port, withSocket }: ServerRequest): Promise<Address> {
  const address = { port: port ?? (await choosePort(readPort(dataDir.portFile))), socketFolder: undefined };
  const { socketFolder } = dataDir;
  if (!withSocket || !makeSocketFolder(socketFolder)) return address;
  giveTo(identity, socketFolder);
  removeSocketLock(socketFile(address, socketFolder), dataDir.cluster);
  return { ...address, socketFolder };
}
