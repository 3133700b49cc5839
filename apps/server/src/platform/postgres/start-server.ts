import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import type { DataDir } from './data-dir.ts';
import type { Binaries } from './locate-binaries.ts';
import { serverState } from './lock-file.ts';
import { lastLines, textOf } from './outcome.ts';
import { programEnvironment } from './run-program.ts';
import type { Identity } from './run-program.ts';
import { runtimeSettings } from './server-settings.ts';
import { stopServer } from './stop-server.ts';

export type ServerStart =
  | { readonly kind: 'ready'; readonly pid: number }
  /** Something that may pass: what is left of a killed server, a faster starter, a port taken in the meantime. */
  | { readonly kind: 'hindered'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** How long a server may take: after a crash it first replays at most `max_wal_size` of its log. */
export const START_MS = 300_000;
const LOOK_EVERY_MS = 20;
const TELL_AFTER_MS = 3_000;
const LOG_LIMIT_BYTES = 16 * 1024 * 1024;
const HINDRANCE = /lock file|pre-existing shared memory|could not create any TCP\/IP sockets/;

export interface ServerRequest {
  readonly dataDir: DataDir;
  readonly binaries: Binaries;
  readonly identity: Identity;
  readonly settings: Readonly<Record<string, string>>;
  /** The process that a left lock names, and that is not a server of this cluster. */
  readonly stalePid: number | undefined;
  readonly onProgress: (message: string) => void;
}

/**
 * Starts the server as a process that outlives this one, with its output in the log file, and waits until it takes
 * connections. It is our own child and not pg_ctl's, so its end is known at once and leaves no zombie.
 */
export async function startServer(request: ServerRequest): Promise<ServerStart> {
  const { dataDir, binaries, identity, settings, stalePid, onProgress } = request;
  const port = await freePort();
  const log = openLog(dataDir.logFile);
  const { size: before } = fstatSync(log);
  const server = [binaries.postgres, '-D', dataDir.cluster, ...runtimeSettings(port, settings)];
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
  child.once('error', (error) => Object.assign(end, { seen: true, spawnError: textOf(error) }));
  child.once('exit', () => Object.assign(end, { seen: true }));
  const begun = performance.now();
  for (let told = false; !end.seen;) {
    const state = serverState(dataDir.cluster);
    if (state.kind === 'ready' && state.pid === child.pid) {
      child.unref();
      return { kind: 'ready', pid: state.pid };
    }
    const waited = performance.now() - begun;
    if (waited > START_MS && child.pid !== undefined) {
      await stopServer(dataDir.cluster, child.pid);
      return { kind: 'failed', reason: `It was not ready after ${START_MS / 1000} s.` };
    }
    if (waited > TELL_AFTER_MS && !told) {
      onProgress('PostgreSQL is still starting: after a crash it replays its log first');
      told = true;
    }
    await delay(LOOK_EVERY_MS);
  }
  const said = readFileSync(dataDir.logFile).subarray(before).toString();
  const reason = [end.spawnError, lastLines(said)].filter(Boolean).join('\n');
  return { kind: HINDRANCE.test(said) ? 'hindered' : 'failed', reason };
}

/** Opens the log for appending; a large one is put aside first, and the one put aside before it goes. */
function openLog(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
