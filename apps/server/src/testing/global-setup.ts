import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { Client } from 'pg';
import type { TestProject } from 'vitest/node';

import { migrations } from '../migrations.ts';
import { openDatabase } from '../platform/db/database.ts';
import { migrate } from '../platform/db/migrate.ts';
import { startJobEngine } from '../platform/jobs/pg-boss-queue.ts';
import { createLog } from '../platform/log.ts';
import { keepSpares } from './spare-databases.ts';

/**
 * One PostgreSQL for the whole run, with a migrated template database. `TEST_DATABASE_URL` names another server to
 * test against; it needs the right to create databases.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer();
  const template = `laurel_template_${randomBytes(6).toString('hex')}`;
  const url = new URL(server.connectionString);
  url.pathname = '/postgres';
  const admin = new Client({ connectionString: url.toString() });
  await admin.connect();
  await admin.query(`create database ${template}`);
  const templateUrl = new URL(url);
  templateUrl.pathname = `/${template}`;
  const open = openDatabase(templateUrl.toString());
  const outcome = await migrate(open.pool, migrations());
  if (outcome.kind !== 'migrated') throw new Error(outcome.message);
  await open.close();
  const jobs = await startJobEngine(templateUrl.toString(), createLog('error'), { supervise: false });
  await jobs.stop();
  await untilUnused(admin, template);
  const spares = await keepSpares(url.toString(), template);
  project.provide('testServer', url.toString());
  project.provide('testTemplate', template);
  return async () => {
    await spares[Symbol.asyncDispose]();
    await admin.query(`drop database if exists ${template} with (force)`);
    await admin.end();
    await server.stop();
  };
}

/** A database can only be cloned while nobody is connected, and the server takes a moment to see a client gone. */
async function untilUnused(admin: Client, database: string): Promise<void> {
  for (;;) {
    const { rowCount } = await admin.query('select 1 from pg_stat_activity where datname = $1', [database]);
    if (rowCount === 0) return;
    await delay(20);
  }
}

async function startServer(): Promise<{ connectionString: string; stop: () => Promise<void> }> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined) return { connectionString: given, stop: async () => undefined };
  // Only where it is needed: a run against a given server also works where no binaries are installed.
  const { startEmbeddedPostgres } = await import('../platform/postgres/index.ts');
  const dataDir = mkdtempSync(path.join(tmpdir(), 'laurel-test-'));
  // Durability is tested on clusters of its own; here only speed counts.
  const outcome = await startEmbeddedPostgres({
    dataDir,
    settings: { fsync: 'off', max_connections: '300' },
  });
  if (outcome.kind === 'failed') throw new Error(outcome.message);
  return {
    connectionString: outcome.postgres.connectionString,
    stop: async () => {
      await outcome.postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
