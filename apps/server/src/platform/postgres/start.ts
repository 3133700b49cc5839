import { bringUp, urlsOf } from './bring-up.ts';
import type { Wish } from './bring-up.ts';
import { openDataDir } from './data-dir.ts';
import type { Failure } from './outcome.ts';
import { lastWords } from './server-log.ts';
import { stopServer } from './stop-server.ts';
import { MACHINE_CLOCK, Supervision } from './supervision.ts';
import type { Clock, ServerEvent } from './supervision.ts';

export interface StartOptions {
  /** Laurel's data folder, made where it is missing. Cluster, log and password are in it, named `postgres*`. */
  readonly dataDir: string;
  /** Further settings of PostgreSQL, for this start only. Where it listens and what a commit means stay as they are. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told in plain words what takes time, such as "creating the database cluster". */
  readonly onProgress?: (message: string) => void;
  /** Told when the server dies while it is used, and what comes of its restart. */
  readonly onEvent?: (event: ServerEvent) => void;
}

export interface EmbeddedPostgres {
  /**
   * For the superuser on the database `postgres`, with the password, by TCP to 127.0.0.1. It stays the same when the
   * server dies and is restarted.
   */
  readonly connectionString: string;
  /**
   * As `connectionString`, by the server's socket where there is one (the path is short enough, the file system has
   * sockets). A `select 1` took 55 µs by it and 132 by TCP (medians of 20,000 on two cores; with a parameter of 30 KB
   * both took 284). Host and port are in it for `new URL`; `host` in its query is what pg and libpq go by.
   */
  readonly localConnectionString: string;
  /** Whether the server ran before, started by another process that still uses it or was killed. */
  readonly adopted: boolean;
  /** As `18.4`. */
  readonly version: string;
  /** Of the server that runs now, or ran last. */
  readonly pid: number;
  /**
   * Ends this process's use of the server, and its restarts. The last one to end it stops the server and waits until it
   * is down: sessions are ended, and where that takes longer than 8 s it goes down at once. Nothing committed is lost.
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
  /** That of the restarts. */
  readonly clock?: Clock;
}

/** What a killed server leaves behind is gone after about 2 s (measured); a stopping one may take longer. */
const PATIENCE_MS = 30_000;

/**
 * Starts the embedded PostgreSQL of a data folder, or takes over the one that runs on it, and restarts it if it dies.
 * Several processes may call it for one folder at any time: they get the same server.
 */
export async function startEmbeddedPostgres(options: StartOptions): Promise<StartOutcome> {
  return await launch(options, {});
}

export async function launch(options: StartOptions, machine: Machine): Promise<StartOutcome> {
  const { settings = {}, onProgress = () => undefined, onEvent = () => undefined } = options;
  const dataDir = openDataDir(options.dataDir);
  if (dataDir.kind === 'failed') return dataDir;
  const { packageFolder, patienceMs = PATIENCE_MS, clock = MACHINE_CLOCK } = machine;
  const wish = { dataDir, settings, onProgress, packageFolder, patienceMs } satisfies Partial<Wish>;
  const first = await bringUp({ ...wish, replaces: undefined, signal: new AbortController().signal });
  if (first.kind === 'failed') return first;
  if (first.kind === 'given-up') throw new Error('a start that nobody can end was ended');
  const supervision = new Supervision(first, {
    cluster: dataDir.cluster,
    replace: async (replaces, signal) => await bringUp({ ...wish, replaces, signal }),
    stopServer: async (pid) => await stopServer(dataDir.cluster, pid),
    lastWords: () => lastWords(dataDir.logFile),
    onEvent,
    clock,
  });
  const { byPort, fastest } = urlsOf(first.access);
  return {
    kind: 'started',
    postgres: {
      connectionString: byPort,
      localConnectionString: fastest,
      adopted: first.ended === undefined,
      version: first.use.version,
      get pid() {
        return supervision.pid;
      },
      stop: async () => await supervision.stop(),
    },
  };
}
