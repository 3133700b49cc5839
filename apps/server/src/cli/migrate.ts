import { openDatabaseSource } from '../database-source.ts';
import { migrations, schemaProfile } from '../migrations.ts';
import type { ProfileName } from '../migrations.ts';
import { applyProfile } from '../platform/db/apply-profile.ts';
import { openDatabase } from '../platform/db/database.ts';
import { migrate } from '../platform/db/migrate.ts';
import { startJobEngine } from '../platform/jobs/pg-boss-queue.ts';
import { createLog } from '../platform/log.ts';
import { configured } from './configured.ts';
import type { Terminal } from './terminal.ts';

/** `laurel migrate`. With `profile` the tables are then placed as a distributed database needs them. */
export async function migrateCommand(
  terminal: Terminal,
  env: Readonly<Record<string, string | undefined>>,
  { profile }: { readonly profile?: ProfileName } = {},
): Promise<boolean> {
  const config = configured(terminal, env);
  if (config === undefined) return false;
  const opened = await openDatabaseSource(config, (message) => terminal.line(message));
  if (opened.kind === 'failed') {
    terminal.error(opened.message);
    return false;
  }
  const { source } = opened;
  const database = openDatabase(source.connectionString);
  try {
    const outcome = await migrate(database.pool, migrations());
    if (outcome.kind === 'refused') {
      terminal.error(outcome.message);
      return false;
    }
    // The job queue keeps its own tables and brings them up to date when it starts.
    const jobs = await startJobEngine(source.connectionString, createLog('error'), { supervise: false });
    await jobs.stop();
    for (const name of outcome.applied) terminal.line(`applied ${name}`);
    if (profile !== undefined) {
      const placing = await applyProfile(database.pool, schemaProfile(profile));
      if (placing.kind === 'refused') {
        terminal.error(placing.message);
        return false;
      }
      for (const table of placing.tables) terminal.line(`placed ${table}`);
    }
    terminal.line(`${terminal.good('up to date')}: ${source.description}`);
    return true;
  } finally {
    await database.close();
    await source.stop();
  }
}
