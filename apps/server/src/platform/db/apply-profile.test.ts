import type { Pool } from 'pg';
import { describe, expect, it } from 'vitest';

import { schemaProfile } from '../../migrations.ts';
import { testDatabase } from '../../testing/test-database.ts';
import { applyProfile, parseProfile, placeTables } from './apply-profile.ts';

const citus = schemaProfile('citus');
const distributed = citus.placements.filter(({ column }) => column !== undefined);

async function column(pool: Pool, sql: string, ...values: unknown[]): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(sql, values);
  return rows.map(({ name }) => name).sort();
}

/** What the profile calls, as far as it is seen from outside: Citus itself cannot be had here. */
const STAND_IN = `
  create table pg_dist_partition (logicalrelid regclass primary key, call text not null);
  create function create_distributed_table(
    table_name regclass, distribution_column text, colocate_with text default 'default', shard_count int default null)
    returns void language sql as
    $$ insert into pg_dist_partition values
      (table_name, concat_ws(' ', distribution_column, colocate_with, shard_count)) $$;
  create function create_reference_table(table_name regclass) returns void language sql as
    $$ insert into pg_dist_partition values (table_name, 'reference') $$;`;

describe('the profile for Citus', () => {
  it('places every table, and each once', async () => {
    await using database = await testDatabase();
    const tables = await column(
      database.pool,
      `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition`,
    );
    expect([...citus.placements.map(({ table }) => table), ...citus.local].sort()).toEqual(tables);
  });

  it('distributes what belongs to a profile by the profile', async () => {
    await using database = await testDatabase();
    const ofProfiles = await column(
      database.pool,
      `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'profile_id' and not a.attisdropped
        where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition`,
    );
    const byProfile = distributed.filter(({ column: by }) => by === 'profile_id').map(({ table }) => table);
    // An identifier decides who owns it: its key cannot hold the profile.
    expect([...byProfile, 'profile_identifier'].sort()).toEqual(ofProfiles);
    expect(distributed.filter(({ column: by }) => by !== 'profile_id')).toMatchObject([
      { table: 'profile', column: 'id' },
    ]);
  });

  it.for(distributed)(
    '$table has $column in its primary key and in every unique index',
    async (placement) => {
      await using database = await testDatabase();
      const { table, column: by } = placement;
      const unique = await column(
        database.pool,
        'select indexrelid::regclass::text as name from pg_index where indrelid = to_regclass($1) and indisunique',
        table,
      );
      const withColumn = await column(
        database.pool,
        `select i.indexrelid::regclass::text as name from pg_index i
        join pg_attribute a on a.attrelid = i.indrelid and a.attname = $2 and a.attnum = any(i.indkey)
        where i.indrelid = to_regclass($1) and i.indisunique`,
        table,
        by,
      );
      expect(unique).toContain(`${table}_pkey`);
      expect(withColumn).toEqual(unique);
      // Nor does a row of it refer to one that may be elsewhere.
      const references = await column(
        database.pool,
        "select conname as name from pg_constraint where contype = 'f' and to_regclass($1) in (conrelid, confrelid)",
        table,
      );
      expect(references).toEqual([]);
    },
  );

  it('is refused where the extension is not', async () => {
    await using database = await testDatabase();
    expect(await applyProfile(database.pool, citus)).toEqual({
      kind: 'refused',
      message: expect.stringMatching(/no extension citus: .*create extension citus/),
    });
  });

  it('makes each call once, also when it is applied again', async () => {
    await using database = await testDatabase();
    await database.pool.query(STAND_IN);
    const first = { ...citus, placements: citus.placements.slice(0, 3) };
    expect(await placeTables(database.pool, first)).toEqual(['profile', 'event', 'event_salt']);
    const rest = await placeTables(database.pool, citus);
    expect(rest).toEqual(citus.placements.slice(3).map(({ table }) => table));
    expect(await placeTables(database.pool, citus)).toEqual([]);
    const { rows } = await database.pool.query(
      'select logicalrelid::text as name, call from pg_dist_partition',
    );
    expect(rows).toHaveLength(citus.placements.length);
    expect(rows).toContainEqual({ name: 'profile', call: 'id default 4' });
    expect(rows).toContainEqual({ name: 'run_step', call: 'profile_id profile' });
    expect(rows).toContainEqual({ name: 'workflow', call: 'reference' });
  });

  it('has no line that it does not understand', () => {
    expect(() => parseProfile('x', "select create_distributed_table('run')")).toThrow('places no table');
  });
});
