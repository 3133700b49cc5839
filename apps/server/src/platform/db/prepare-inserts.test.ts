import { sql } from 'kysely';
import { expect, it } from 'vitest';

import { testDatabase } from '../../testing/test-database.ts';
import { newId } from '../ids.ts';
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
