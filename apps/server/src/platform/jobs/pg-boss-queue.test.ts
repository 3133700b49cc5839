import { sql } from 'kysely';
import { describe, expect, it, vi } from 'vitest';

import { testDatabase } from '../../testing/test-database.ts';
import { inTransaction } from '../db/transaction.ts';
import { newId } from '../ids.ts';
import { createLog } from '../log.ts';
import { startJobEngine } from './pg-boss-queue.ts';

const BACKENDS = ['postgres', 'citus', 'cockroachdb'] as const;

async function setUp(backend: (typeof BACKENDS)[number]) {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  // The tables too are made in the way of that database.
  if (backend !== 'postgres') await sql`drop schema jobs cascade`.execute(database.db);
  const engine = await startJobEngine(database.connectionString, createLog('fatal'), { backend });
  stack.defer(async () => await engine.stop());
  const queue = await engine.queue<{ n: number }>('test');
  return { db: database.db, queue, [Symbol.asyncDispose]: async () => await stack.disposeAsync() };
}

// The ways of the other databases, on PostgreSQL: what pg-boss and the statements here do there is the same.
describe.concurrent.for(BACKENDS)('the job queue, in the way of %s', (backend) => {
  it('adds jobs with the transaction that enqueues them, or not at all', async () => {
    await using it = await setUp(backend);
    const rolledBack = inTransaction(it.db, async (tx) => {
      await it.queue.enqueue(tx, [{ id: newId(), data: { n: 1 } }]);
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow('no');
    await inTransaction(it.db, async (tx) => await it.queue.enqueue(tx, [{ id: newId(), data: { n: 2 } }]));
    const jobs = await it.queue.claim(10);
    expect(jobs.map(({ data, attempt }) => [data.n, attempt])).toEqual([[2, 0]]);
    expect(await it.queue.claim(10)).toEqual([]);
  });

  it('gives each job to one of many claimers', async () => {
    await using it = await setUp(backend);
    const ids = Array.from({ length: 200 }, () => newId());
    await inTransaction(
      it.db,
      async (tx) =>
        await it.queue.enqueue(
          tx,
          ids.map((id, n) => ({ id, data: { n } })),
        ),
    );
    const claimed = await Promise.all(Array.from({ length: 10 }, async () => await it.queue.claim(40)));
    const got = claimed.flat().map(({ id }) => id);
    expect(got).toHaveLength(new Set(got).size);
    const rest = await it.queue.claim(200);
    expect(new Set([...got, ...rest.map(({ id }) => id)])).toEqual(new Set(ids));
  });

  it('keeps a job back until its time', async () => {
    await using it = await setUp(backend);
    const soon = new Date(Date.now() + 1_500);
    await inTransaction(
      it.db,
      async (tx) => await it.queue.enqueue(tx, [{ id: newId(), data: { n: 1 }, startAfter: soon }]),
    );
    expect(await it.queue.claim(1)).toEqual([]);
    const [job] = await vi.waitFor(async () => {
      const jobs = await it.queue.claim(1);
      expect(jobs).toHaveLength(1);
      return jobs;
    }, 10_000);
    expect(job?.data).toEqual({ n: 1 });
    expect(Date.now()).toBeGreaterThanOrEqual(soon.getTime());
  });

  it('gives the job of a dead holder to another, who alone can settle it', async () => {
    await using it = await setUp(backend);
    await inTransaction(it.db, async (tx) => await it.queue.enqueue(tx, [{ id: newId(), data: { n: 1 } }]));
    const [dead] = await it.queue.claim(1);
    const [second] = await vi.waitFor(async () => {
      const jobs = await it.queue.claim(1);
      expect(jobs).toHaveLength(1);
      return jobs;
    }, 25_000);
    expect(second).toMatchObject({ id: dead!.id, attempt: 1 });
    await inTransaction(it.db, async (tx) => {
      expect(await it.queue.finish(tx, [dead!])).toEqual(new Set());
      expect(await it.queue.finish(tx, [second!])).toEqual(new Set([second!.id]));
      expect(await it.queue.finish(tx, [second!])).toEqual(new Set());
    });
  }, 40_000);

  it('removes the jobs that nobody holds, with the transaction, and says which', async () => {
    await using it = await setUp(backend);
    const [held, due, later] = [newId(), newId(), newId()];
    const inAnHour = new Date(Date.now() + 3_600_000);
    await inTransaction(it.db, async (tx) => await it.queue.enqueue(tx, [{ id: held, data: { n: 1 } }]));
    const [claimed] = await it.queue.claim(1);
    await inTransaction(
      it.db,
      async (tx) =>
        await it.queue.enqueue(tx, [
          { id: due, data: { n: 2 } },
          { id: later, data: { n: 3 }, startAfter: inAnHour },
        ]),
    );
    const rolledBack = inTransaction(it.db, async (tx) => {
      expect(await it.queue.cancel(tx, [due])).toEqual(new Set([due]));
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow('no');
    await inTransaction(it.db, async (tx) => {
      expect(await it.queue.cancel(tx, [held, later, newId()])).toEqual(new Set([later]));
      expect(await it.queue.finish(tx, [claimed!])).toEqual(new Set([held]));
    });
    expect((await it.queue.claim(5)).map(({ id }) => id)).toEqual([due]);
  });

  it('writes a job that is held from the beginning as pg-boss writes and claims one', async () => {
    await using it = await setUp(backend);
    const [ordinary, held] = [newId(), newId()];
    await inTransaction(it.db, async (tx) => await it.queue.enqueue(tx, [{ id: ordinary, data: { n: 1 } }]));
    expect(await it.queue.claim(10)).toMatchObject([{ id: ordinary }]);
    await inTransaction(
      it.db,
      async (tx) => await it.queue.enqueueHeld(tx, [{ id: held, attempt: 0, data: { n: 1 } }]),
    );
    const columns = async (id: string) => {
      const { rows } = await sql<Record<string, unknown>>`
        select *, keep_until - start_after as kept from jobs.job where id = ${id}`.execute(it.db);
      // Times differ; that one is set where the other is does not.
      return Object.entries(rows[0] ?? {})
        .filter(([name]) => name !== 'id')
        .map(([name, value]) => [name, value instanceof Date ? 'a time' : value]);
    };
    const expected = await columns(ordinary);
    expect(expected.length).toBeGreaterThan(30);
    expect(await columns(held)).toEqual(expected);
  });

  it('finishes a job that is held from the beginning, once', async () => {
    await using it = await setUp(backend);
    const job = { id: newId(), attempt: 0, data: { n: 1 } };
    await inTransaction(it.db, async (tx) => await it.queue.enqueueHeld(tx, [job]));
    expect(await it.queue.claim(10)).toEqual([]);
    await it.queue.heartbeat([job]);
    await inTransaction(it.db, async (tx) => {
      expect(await it.queue.finish(tx, [job])).toEqual(new Set([job.id]));
      expect(await it.queue.finish(tx, [job])).toEqual(new Set());
    });
  });

  it('cancels a job that has not been claimed', async () => {
    await using it = await setUp(backend);
    const [first, second] = [newId(), newId()];
    await inTransaction(it.db, async (tx) => {
      await it.queue.enqueue(tx, [
        { id: first, data: { n: 1 } },
        { id: second, data: { n: 2 } },
      ]);
    });
    await inTransaction(it.db, async (tx) => await it.queue.cancel(tx, [first]));
    expect(await it.queue.claim(10)).toMatchObject([{ id: second, data: { n: 2 } }]);
  });
});

it('gives claims another length where the queue was made with one', async () => {
  await using database = await testDatabase();
  const lengthOf = async (claimSeconds: number): Promise<unknown> => {
    const engine = await startJobEngine(database.connectionString, createLog('fatal'), { claimSeconds });
    const queue = await engine.queue<{ n: number }>('test');
    const id = newId();
    await inTransaction(database.db, async (tx) => await queue.enqueue(tx, [{ id, data: { n: 1 } }]));
    const { rows } = await sql`select expire_seconds from jobs.job where id = ${id}`.execute(database.db);
    await engine.stop();
    return rows;
  };
  expect(await lengthOf(600)).toEqual([{ expire_seconds: 600 }]);
  expect(await lengthOf(900)).toEqual([{ expire_seconds: 900 }]);
});
