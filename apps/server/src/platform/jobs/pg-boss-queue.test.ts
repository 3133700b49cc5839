import { describe, expect, it, vi } from 'vitest';

import { testDatabase } from '../../testing/test-database.ts';
import { inTransaction } from '../db/transaction.ts';
import { newId } from '../ids.ts';
import { createLog } from '../log.ts';
import { startJobEngine } from './pg-boss-queue.ts';

async function setUp() {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const engine = await startJobEngine(database.connectionString, createLog('fatal'));
  stack.defer(async () => await engine.stop());
  const queue = await engine.queue<{ n: number }>('test');
  return { db: database.db, queue, [Symbol.asyncDispose]: async () => await stack.disposeAsync() };
}

describe('the job queue', () => {
  it('adds jobs with the transaction that enqueues them, or not at all', async () => {
    await using it = await setUp();
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
    await using it = await setUp();
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
    await using it = await setUp();
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
    await using it = await setUp();
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
    await using it = await setUp();
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
});
