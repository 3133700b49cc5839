import { describe, expect, it } from 'vitest';

import { GroupCommit, GroupCommitFullError } from './group-commit.ts';

/** A flush that the test lets through by hand. */
function gate() {
  const batches: number[][] = [];
  const opens: (() => void)[] = [];
  const flush = async (items: readonly number[]): Promise<string[]> => {
    batches.push([...items]);
    await new Promise<void>((resolve) => opens.push(resolve));
    return items.map((item) => `r${item}`);
  };
  return { batches, flush, open: () => opens.shift()?.() };
}

const turn = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));
const never = (): boolean => false;

describe('group commit', () => {
  it('writes what came together in one batch, and answers each with its own result', async () => {
    const batches: number[][] = [];
    const group = new GroupCommit<number, number>({
      maxWeight: 100,
      maxInFlight: 1,
      isPoisoned: never,
      flush: async (items) => {
        batches.push([...items]);
        return items.map((item) => item * 2);
      },
    });
    expect(await Promise.all([1, 2, 3].map(async (item) => await group.add(item)))).toEqual([2, 4, 6]);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  it('gathers the next batch while as many as allowed are under way', async () => {
    const { batches, flush, open } = gate();
    const group = new GroupCommit({ maxWeight: 2, maxInFlight: 2, isPoisoned: never, flush });
    const all = Promise.all([1, 2, 3, 4, 5].map(async (item) => await group.add(item)));
    await turn();
    expect(batches).toEqual([
      [1, 2],
      [3, 4],
    ]);
    open();
    await turn();
    expect(batches).toEqual([[1, 2], [3, 4], [5]]);
    open();
    open();
    expect(await all).toEqual(['r1', 'r2', 'r3', 'r4', 'r5']);
  });

  it('starts a second batch only when it is large enough', async () => {
    const { batches, flush, open } = gate();
    const group = new GroupCommit({ maxWeight: 10, maxInFlight: 2, overlapAt: 3, isPoisoned: never, flush });
    const first = group.add(1);
    await turn();
    const more = [2, 3].map(async (item) => await group.add(item));
    await turn();
    expect(batches).toEqual([[1]]);
    const last = group.add(4);
    await turn();
    expect(batches).toEqual([[1], [2, 3, 4]]);
    open();
    open();
    expect(await Promise.all([first, ...more, last])).toEqual(['r1', 'r2', 'r3', 'r4']);
  });

  it('closes a batch by weight', async () => {
    const { batches, flush, open } = gate();
    const group = new GroupCommit({
      maxWeight: 10,
      maxInFlight: 1,
      weigh: (item: number) => item,
      isPoisoned: never,
      flush,
    });
    const all = Promise.all([4, 4, 4, 1].map(async (item) => await group.add(item)));
    await turn();
    expect(batches).toEqual([[4, 4, 4]]);
    open();
    await turn();
    open();
    await all;
    expect(batches).toEqual([[4, 4, 4], [1]]);
  });

  it('lets a poisoned item fail alone', async () => {
    const group = new GroupCommit<number, number>({
      maxWeight: 100,
      maxInFlight: 1,
      isPoisoned: (error) => error instanceof RangeError,
      flush: async (items) => {
        if (items.includes(5)) throw new RangeError('five');
        return [...items];
      },
    });
    const settled = await Promise.allSettled(
      [1, 2, 3, 4, 5, 6, 7].map(async (item) => await group.add(item)),
    );
    expect(settled.map(({ status }) => status === 'fulfilled')).toEqual([
      true,
      true,
      true,
      true,
      false,
      true,
      true,
    ]);
  });

  it('does not try the halves of a batch where the machine failed', async () => {
    let flushes = 0;
    const group = new GroupCommit<number, number>({
      maxWeight: 100,
      maxInFlight: 1,
      isPoisoned: never,
      flush: async () => {
        flushes++;
        throw new Error('away');
      },
    });
    const settled = await Promise.allSettled([1, 2, 3, 4].map(async (item) => await group.add(item)));
    expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
    expect(flushes).toBe(1);
  });

  it('answers at once when too much is waiting', async () => {
    const { flush, open } = gate();
    const group = new GroupCommit({ maxWeight: 1, maxInFlight: 1, maxWaiting: 1, isPoisoned: never, flush });
    const first = group.add(1);
    await turn();
    const second = group.add(2);
    await expect(group.add(3)).rejects.toBeInstanceOf(GroupCommitFullError);
    open();
    expect(await first).toBe('r1');
    await turn();
    open();
    expect(await second).toBe('r2');
  });

  it('drains', async () => {
    const { flush, open } = gate();
    const group = new GroupCommit({ maxWeight: 1, maxInFlight: 1, isPoisoned: never, flush });
    const first = group.add(1);
    let drained = false;
    const draining = group.drain().then(() => (drained = true));
    await turn();
    expect(drained).toBe(false);
    open();
    await first;
    await draining;
    await group.drain();
  });
});
