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
export async function startEmbeddedPostgres(
  options: StartOptions,
  { packageFolder, patienceMs = PATIENCE_MS }: Machine = {},
): Promise<StartOutcome> {
  const dataDir = openDataDir(options.dataDir);
  if (dataDir.kind === 'failed') return dataDir;
  const { settings = {}, onProgress = () => undefined } = options;
  const launch = { dataDir, settings, onProgress, packageFolder, preparation: undefined, startedPid: undefined };
  return await new Launch(launch).run(patienceMs);
}
