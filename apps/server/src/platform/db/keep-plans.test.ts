import { sql } from 'kysely';
import { expect, it } from 'vitest';

import { testDatabase } from '../../testing/test-database.ts';
import { newId } from '../ids.ts';
import { openDatabase } from './database.ts';
import type { Database } from './database.ts';
import { BY_KEY } from './keep-plans.ts';
import { inTransaction } from './transaction.ts';

it('keeps the plan of what inserts from arrays, and of nothing that reads tables', async () => {
  await using database = await testDatabase();
  const workspaceId = newId();
  const kept = await inTransaction(database.db, async (tx) => {
    for (let round = 0; round < 7; round++) {
      await Promise.all([
        sql`insert into ingest_key (workspace_id, key, request_digest)
          select * from unnest(${[workspaceId]}::uuid[], ${[`key ${round}`]}::text[], ${[Buffer.from('x')]}::bytea[])`.execute(
          tx,
        ),
        sql`insert into ingest_key (workspace_id, key, request_digest)
          select t.w, t.k || i.key, i.request_digest
          from unnest(${[newId()]}::uuid[], ${[`copy ${round}`]}::text[]) as t(w, k)
          join ingest_key i on i.workspace_id = ${workspaceId} and i.key = ${`key ${round}`}`.execute(tx),
        sql`select key from ingest_key where workspace_id = any(${[workspaceId]}::uuid[])`.execute(tx),
      ]);
    }
    const { rows } = await sql<{ statement: string; generic_plans: number }>`
      select statement, generic_plans from pg_prepared_statements`.execute(tx);
    return rows;
  });
  expect(kept).toHaveLength(1);
  expect(kept[0]?.statement).toMatch(/insert into ingest_key[^]*select \* from unnest/);
  // PostgreSQL plans a statement five times before it keeps a plan.
  expect(kept[0]?.generic_plans).toBe(2);
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from ingest_key`.execute(
    database.db,
  );
  expect(rows).toEqual([{ count: 14 }]);
});

it('keeps the plan of what is marked as going by key, on connections that plan so', async () => {
  await using database = await testDatabase();
  const statement = sql`
    ${BY_KEY}
    select i.key from unnest(${['a', 'b']}::text[]) as t(key)
    cross join lateral (select key from ingest_key where workspace_id = ${newId()} and key = t.key offset 0) i`;
  const kept = async (db: Database): Promise<unknown[]> =>
    await inTransaction(db, async (tx) => {
      await statement.execute(tx);
      return (await sql`select name from pg_prepared_statements`.execute(tx)).rows;
    });
  expect(await kept(database.batches)).toHaveLength(1);
  expect(await kept(database.db)).toHaveLength(0);
});

it('finds rows by index only on such connections, whatever options the address of the database has', async () => {
  await using database = await testDatabase();
  const url = new URL(database.connectionString);
  url.searchParams.set('options', '-c statement_timeout=60000');
  const open = openDatabase(url.toString(), { planning: 'by-key' });
  const { rows } = await sql<{ name: string; setting: string }>`
    select name, setting from pg_settings
    where name in ('enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_bitmapscan', 'statement_timeout')
    order by name`.execute(open.db);
  await open.close();
  expect(rows.map(({ name, setting }) => `${name}=${setting}`)).toEqual([
    'enable_bitmapscan=off',
    'enable_hashjoin=off',
    'enable_mergejoin=off',
    'enable_seqscan=off',
    'statement_timeout=60000',
  ]);
});
