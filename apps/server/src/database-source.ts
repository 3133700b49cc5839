import { setTimeout as delay } from 'node:timers/promises';

import { Client } from 'pg';

import type { Config } from './platform/config.ts';
import { startEmbeddedPostgres } from './platform/postgres/index.ts';

export interface DatabaseSource {
  readonly connectionString: string;
  /** For people: where the data is. Without a password. */
  readonly description: string;
  /** The process of the embedded server; undefined where `DATABASE_URL` is used. */
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

/** The database of the configuration, else the embedded one, started or adopted. */
export async function openDatabaseSource(
  config: Config,
  onProgress: (message: string) => void,
): Promise<DatabaseSourceOutcome> {
  if (config.databaseUrl !== undefined) return await waitForDatabase(config.databaseUrl, onProgress);
  const outcome = await startEmbeddedPostgres({ dataDir: config.dataDir, onProgress });
  if (outcome.kind === 'failed') return { kind: 'failed', message: outcome.message };
  const { postgres } = outcome;
  return {
    kind: 'open',
    source: {
      connectionString: postgres.connectionString,
      description: `PostgreSQL ${postgres.version} in ${config.dataDir}${postgres.adopted ? ' (was running)' : ''}`,
      pid: postgres.pid,
      stop: async () => await postgres.stop(),
    },
  };
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
