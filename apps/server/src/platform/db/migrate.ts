import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import type { Pool } from 'pg';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly digest: string;
}

export type MigrateOutcome =
  | { kind: 'migrated'; applied: readonly string[] }
  | { kind: 'refused'; message: string };

const FILE = /^(\d{4})-[a-z0-9-]+\.sql$/;

/** The numbered migrations of a folder, in order. Throws on a gap, a doubled number or a stray file. */
export function readMigrations(folder: string): Migration[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name, index) => {
      const number = Number(FILE.exec(name)?.[1] ?? Number.NaN);
      if (number !== index + 1) throw new Error(`${name}: migrations are numbered from 0001 without a gap`);
      const sql = readFileSync(path.join(folder, name), 'utf8');
      return { number, name, sql, digest: createHash('sha256').update(sql).digest('hex') };
    });
}

/**
 * Brings a database to the newest migration. Each one is a transaction of its own that first inserts its version
 * row: a second process that migrates at the same time waits on that row, then finds the work done.
 */
export async function migrate(pool: Pool, migrations: readonly Migration[]): Promise<MigrateOutcome> {
  await ensureMigrationTable(pool);
  const { rows } = await pool.query<{ number: number; name: string; digest: string }>(
    'select number, name, digest from migration order by number',
  );
  const newest = rows.at(-1);
  if (newest !== undefined && newest.number > migrations.length) {
    return {
      kind: 'refused',
      message: `the database was migrated by a newer Laurel (${newest.name}); start that version or restore a backup`,
    };
  }
  for (const row of rows) {
    if (migrations[row.number - 1]?.digest !== row.digest) {
      return {
        kind: 'refused',
        message: `migration ${row.name} differs from the one that this database was made with`,
      };
    }
  }
  const applied: string[] = [];
  for (const migration of migrations.slice(rows.length)) {
    if (await apply(pool, migration)) applied.push(migration.name);
  }
  return { kind: 'migrated', applied };
}

async function ensureMigrationTable(pool: Pool): Promise<void> {
  try {
    await pool.query(`create table if not exists migration (
      number integer primary key,
      name text not null,
      digest text not null,
      applied_at timestamptz not null default now())`);
  } catch (error) {
    // Two processes that create it at once: the loser gets a duplicate in the system catalog, and the table exists.
    if (!(error instanceof Error && 'code' in error && error.code === '23505')) throw error;
  }
}

async function apply(pool: Pool, migration: Migration): Promise<boolean> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rowCount } = await client.query(
      'insert into migration (number, name, digest) values ($1, $2, $3) on conflict do nothing',
      [migration.number, migration.name, migration.digest],
    );
    if (rowCount === 1) await client.query(migration.sql);
    await client.query('commit');
    return rowCount === 1;
  } catch (error) {
    await client.query('rollback');
    throw new Error(`migration ${migration.name} failed`, { cause: error });
  } finally {
    client.release();
  }
}
