import { setImmediate } from 'node:timers/promises';

import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';

import { testDatabase } from '../../testing/test-database.ts';
import type { Tx } from './database.ts';
import { inTransaction } from './transaction.ts';

/** A promise whose failure is heard of later than that of others that fail with it. */
async function behind(promise: Promise<unknown>, calls = 50): Promise<unknown> {
  return calls === 0 ? await promise : await behind(promise, calls - 1);
}

/** Both answers are there before either is read. */
async function together(tx: Tx, failing: string): Promise<void> {
  const statements = Promise.all([behind(sql.raw(failing).execute(tx)), sql`select 1`.execute(tx)]);
  statements.catch(() => undefined);
  await setImmediate();
  const until = performance.now() + 200;
  while (performance.now() < until);
  await statements;
}

describe('a transaction whose statements are sent together', () => {
  it('fails by the first failure, whichever statement is heard of first', async () => {
    await using database = await testDatabase();
    const failed = inTransaction(database.db, async (tx) => await together(tx, 'select 1 / 0'));
    await expect(failed).rejects.toMatchObject({ code: '22012' });
  });

  it('is run again where it was the victim of a deadlock', async () => {
    await using database = await testDatabase();
    let runs = 0;
    const deadlock = `do $$ begin raise exception 'victim' using errcode = '40P01'; end $$`;
    await inTransaction(database.db, async (tx) => {
      runs++;
      if (runs === 1) await together(tx, deadlock);
    });
    expect(runs).toBe(2);
  });
});
