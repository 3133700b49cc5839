import { mkdirSync } from 'node:fs';

import type { App, AppOptions } from './app.ts';
import { startApp } from './app.ts';
import { openDatabaseSource } from './database-source.ts';
import type { DatabaseSource } from './database-source.ts';
import { StartError } from './listen.ts';
import type { Config } from './platform/config.ts';
import { loadMasterKey } from './platform/crypto/master-key.ts';
import type { Log } from './platform/log.ts';

export interface Server extends App {
  readonly source: DatabaseSource;
}

export type ServerOutcome =
  | { readonly kind: 'started'; readonly server: Server }
  | { readonly kind: 'failed'; readonly message: string };

/** Opens the database and starts the app on it. `stop` of the answer stops both. */
export async function startServer(
  config: Config,
  log: Log,
  onProgress: (message: string) => void,
  extras: Pick<AppOptions, 'checkpoint' | 'clock'> = {},
): Promise<ServerOutcome> {
  const folder = ensureDataDir(config.dataDir);
  if (folder !== undefined) return { kind: 'failed', message: folder };
  const opened = await openDatabaseSource(config, onProgress, log);
  if (opened.kind === 'failed') return opened;
  const { source } = opened;
  try {
    const masterKey = loadMasterKey(config.masterKey, config.dataDir);
    const outcome = await startApp({
      config,
      log,
      connectionString: source.connectionString,
      masterKey,
      ...extras,
    });
    if (outcome.kind === 'refused') {
      await source.stop();
      return { kind: 'failed', message: outcome.message };
    }
    const { app } = outcome;
    const stop = async (): Promise<void> => {
      await app.stop();
      await source.stop();
    };
    return { kind: 'started', server: { ...app, source, stop } };
  } catch (error) {
    await source.stop();
    if (error instanceof StartError) return { kind: 'failed', message: error.message };
    throw error;
  }
}

function ensureDataDir(dataDir: string): string | undefined {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `the data folder ${dataDir} cannot be made: ${reason}. Set LAUREL_DATA_DIR to a folder that this user may write.`;
  }
}
