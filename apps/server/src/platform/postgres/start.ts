import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { Client } from 'pg';

import { EmbeddedPostgresError, textOf } from './failure.ts';
import type { FailureCode } from './failure.ts';
import { ensureCluster, loadPassword, SUPERUSER } from './init-cluster.ts';
import { locateBinaries } from './locate-binaries.ts';
import type { Binaries } from './locate-binaries.ts';
import { chooseRunner } from './run-as.ts';
import type { Runner } from './run-as.ts';
import { isAlive, removeForeignLock, serverState } from './running-server.ts';
import type { RunningServer } from './running-server.ts';
import { ServerUsers } from './users.ts';

export interface StartOptions {
  /** Laurel's data folder. The cluster is in `postgres`, its log in `postgres.log`. */
  readonly dataDir: string;
  /** Further settings of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly onProgress?: (message: string) => void;
}

export interface EmbeddedPostgres {
  readonly connectionString: string;
  /** Whether the server was running already, for instance after this program was killed. */
  readonly adopted: boolean;
  /** As `18.4`. */
  readonly version: string;
  readonly pid: number;
  /** Stops the server, unless another process uses it, and waits until it is down. */
  stop(): Promise<void>;
}

export type StartOutcome =
  | { readonly kind: 'started'; readonly postgres: EmbeddedPostgres }
  | { readonly kind: 'failed'; readonly code: FailureCode; readonly message: string };

/** After a kill of the server its old process, lock and shared memory can be in the way for about two seconds. */
const PATIENCE_MS = 30_000;
const TRY_EVERY_MS = 200;
/** What a server says that finds the rest of another one in its way, or whose port was taken in the meantime. */
const PASSING = /lock file|shared memory|[Aa]ddress already in use|could not bind/;

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  synchronous_commit: 'on',
  shared_buffers: '128MB',
  max_connections: '100',
  // Batched writes: fewer, larger checkpoints, and a log of half the size.
  max_wal_size: '2GB',
  wal_compression: 'on',
  log_destination: 'stderr',
  logging_collector: 'off',
};

/** Starts the embedded PostgreSQL of a data folder, or takes over the one that runs on it. */
export async function startEmbeddedPostgres(options: StartOptions): Promise<StartOutcome> {
  try {
    return { kind: 'started', postgres: await start(options) };
  } catch (error) {
    if (error instanceof EmbeddedPostgresError)
      return { kind: 'failed', code: error.code, message: error.message };
    throw error;
  }
}

async function start(options: StartOptions): Promise<EmbeddedPostgres> {
  const { settings = {}, onProgress = () => undefined } = options;
  const dataDir = path.resolve(options.dataDir);
  ensureWritable(dataDir);
  const binaries = locateBinaries();
  const runner = chooseRunner(binaries.postgres);
  const cluster = ensureCluster(dataDir, binaries, runner, onProgress);
  const password = loadPassword(dataDir);
  const users = new ServerUsers(dataDir);
  users.enter();
  const deadline = performance.now() + PATIENCE_MS;
  for (let started = false, failure = ''; ;) {
    const state = serverState(cluster);
    if (state.kind === 'running') {
      const version = await tryConnect(state.server, password);
      if (version !== undefined) {
        return opened({
          dataDir,
          cluster,
          binaries,
          runner,
          users,
          password,
          version,
          server: state.server,
          adopted: !started,
        });
      }
    } else if (state.kind === 'down') {
      if (failure === '') onProgress('starting PostgreSQL');
      removeForeignLock(cluster);
      failure = await runServer(dataDir, cluster, binaries, runner, settings);
      started = failure === '';
    }
    if (performance.now() > deadline || (failure !== '' && !PASSING.test(failure))) {
      users.leave();
      throw new EmbeddedPostgresError('start-failed', `PostgreSQL in ${dataDir} does not start:\n${failure}`);
    }
    if (!started) await delay(TRY_EVERY_MS);
  }
}

function ensureWritable(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new EmbeddedPostgresError(
      'data-dir-not-writable',
      `The data folder ${dataDir} cannot be used: ${textOf(error)}. Set LAUREL_DATA_DIR to a folder that this user may write.`,
      error,
    );
  }
}

/** Starts the server detached, with its log in a file. Answers why it did not start; empty where it did. */
async function runServer(
  dataDir: string,
  cluster: string,
  binaries: Binaries,
  runner: Runner,
  settings: Readonly<Record<string, string>>,
): Promise<string> {
  const port = await freePort();
  const all = Object.entries({ ...SETTINGS, ...settings });
  const options = [`-p ${port}`, ...all.map(([name, value]) => `-c ${name}=${shellQuoted(value)}`)].join(' ');
  const log = path.join(dataDir, 'postgres.log');
  const before = existsSync(log) ? statSync(log).size : 0;
  const result = runner.run(
    binaries.pgCtl,
    ['-D', cluster, '-l', log, '-o', options, '-w', '-t', '60', 'start'],
    70_000,
  );
  if (result.status === 0) return '';
  const said = existsSync(log) ? readFileSync(log).subarray(before).toString().trim() : '';
  return [(result.stderr || textOf(result.error)).trim(), said].filter(Boolean).join('\n');
}

/** pg_ctl hands its options to a shell. */
function shellQuoted(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
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

/** The version, where the server takes our password; undefined while it is not ready. */
async function tryConnect(server: RunningServer, password: string): Promise<string | undefined> {
  const client = new Client({
    connectionString: connectionStringOf(server, password),
    connectionTimeoutMillis: 5_000,
  });
  // What breaks afterwards is seen by whoever uses the server.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version.split(' ')[0];
  } catch (error) {
    // Wrong password: the file was replaced. Waiting does not mend it.
    if (error instanceof Error && 'code' in error && error.code === '28P01') {
      throw new EmbeddedPostgresError(
        'locked',
        'The running PostgreSQL does not take the password that is kept in postgres-password: restore that file.',
        error,
      );
    }
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function connectionStringOf({ port }: RunningServer, password: string): string {
  return `postgres://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
}

interface Opened {
  readonly dataDir: string;
  readonly cluster: string;
  readonly binaries: Binaries;
  readonly runner: Runner;
  readonly users: ServerUsers;
  readonly password: string;
  readonly version: string;
  readonly server: RunningServer;
  readonly adopted: boolean;
}

function opened(it: Opened): EmbeddedPostgres {
  return {
    connectionString: connectionStringOf(it.server, it.password),
    adopted: it.adopted,
    version: it.version,
    pid: it.server.pid,
    stop: async () => {
      if (!it.users.leave()) return;
      for (const mode of ['fast', 'immediate']) {
        if (!isAlive(it.server.pid)) return;
        it.runner.run(it.binaries.pgCtl, ['-D', it.cluster, '-m', mode, '-w', '-t', '10', 'stop'], 15_000);
        // The lock goes a moment before the process does.
        for (let tries = 0; tries < 50 && isAlive(it.server.pid); tries++) await delay(20);
      }
    },
  };
}
