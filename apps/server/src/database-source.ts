import { setTimeout as delay } from 'node:timers/promises';

import { Client } from 'pg';

import type { Config } from './platform/config.ts';
import type { Log } from './platform/log.ts';
import { startEmbeddedPostgres } from './platform/postgres/index.ts';
import type { ServerEvent } from './platform/postgres/index.ts';

export interface DatabaseSource {
  /** Stays the same when the embedded server dies and is restarted. */
  readonly connectionString: string;
  /** For people: where the data is. Without a password. */
  readonly description: string;
  /** The process of the embedded server that runs now, or ran last; undefined where `DATABASE_URL` is used. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

export type DatabaseSourceOutcome =
  | { readonly kind: 'open'; readonly source: DatabaseSource }
  | { readonly kind: 'failed'; readonly message: string };

/** How long a database that is away at the start is waited for. */
const WAIT_MS = 30_000;
const TRY_EVERY_MS = 500;
const MIN_VERSION = 15;

/**
 * The database of the configuration, else the embedded one, started or adopted. `log` is told when the embedded server
 * dies and when it is back.
 */
export async function openDatabaseSource(
  config: Config,
  onProgress: (message: string) => void,
  log?: Log,
): Promise<DatabaseSourceOutcome> {
  if (config.databaseUrl !== undefined) return await waitForDatabase(config.databaseUrl, onProgress);
  const outcome = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    onProgress,
    ...(log !== undefined && { onEvent: (event) => logEvent(log, event) }),
  });
  if (outcome.kind === 'failed') return { kind: 'failed', message: outcome.message };
  const { postgres } = outcome;
  return {
    kind: 'open',
    source: {
      connectionString: postgres.localConnectionString,
      description: `PostgreSQL ${postgres.version} in ${config.dataDir}${postgres.adopted ? ' (was running)' : ''}`,
      get pid() {
        return postgres.pid;
      },
      stop: async () => await postgres.stop(),
    },
  };
}

function logEvent(log: Log, event: ServerEvent): void {
  switch (event.kind) {
    case 'died': {
      const { pid, how, lastWords, restartInMs } = event;
      const when = restartInMs === 0 ? 'now' : `in ${restartInMs / 1000} s`;
      const manner = how === undefined ? '' : ` (${how})`;
      log.error(
        { pid, how, lastWords, restartInMs },
        `the embedded PostgreSQL has died${manner}; it is restarted ${when}`,
      );
      return;
    }
    case 'restart-failed': {
      const { message, retryInMs } = event;
      log.error({ retryInMs }, `the embedded PostgreSQL is not back: ${message}`);
      return;
    }
    case 'back': {
      const { pid, adopted, awayMs } = event;
      log.warn(
        { pid, adopted, awayMs: Math.round(awayMs) },
        'the embedded PostgreSQL is back; it lost nothing that was committed',
      );
      return;
    }
  }
}

async function waitForDatabase(
  connectionString: string,
  onProgress: (message: string) => void,
): Promise<DatabaseSourceOutcome> {
  const where = describe(connectionString);
  const deadline = performance.now() + WAIT_MS;
  for (let told = false; ; told = true) {
    const failure = await tryDatabase(connectionString);
    if (failure === undefined) {
      return {
        kind: 'open',
        source: { connectionString, description: where, pid: undefined, stop: async () => undefined },
      };
    }
    if (failure.final || performance.now() > deadline) {
      return {
        kind: 'failed',
        message: `the database at ${where} cannot be used: ${failure.message}. Check DATABASE_URL.`,
      };
    }
    if (!told) onProgress(`waiting for the database at ${where}: ${failure.message}`);
    await delay(TRY_EVERY_MS);
  }
}

async function tryDatabase(
  connectionString: string,
): Promise<{ message: string; final: boolean } | undefined> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 5_000 });
  // The failure is the one that connect or query reports; a socket that breaks afterwards has nothing to add.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>(
      "select current_setting('server_version_num') as version",
    );
    const major = Math.floor(Number(rows[0]?.version) / 10_000);
    if (major < MIN_VERSION)
      return {
        message: `it is PostgreSQL ${major}, and ${MIN_VERSION} is the oldest that works`,
        final: true,
      };
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    // A wrong password, user or database name does not mend itself.
    return {
      message: error instanceof Error && error.message !== '' ? error.message : code,
      final: /^(28|3D)/.test(code),
    };
  } finally {
    await client.end().catch(() => undefined);
  }
}

function describe(connectionString: string): string {
  const url = new URL(connectionString);
  return `${url.hostname}:${url.port || '5432'}${url.pathname}`;
}
