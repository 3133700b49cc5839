import { afterEach, describe, expect, it, vi } from 'vitest';

import { MAX_WAIT_MS, Turns } from './turns.ts';

afterEach(() => vi.useRealTimers());

/** Enters, and notes when it was let in. */
function entering(turns: Turns, names: readonly string[], signal?: AbortSignal) {
  const seen: string[] = [];
  for (const name of names)
    void turns.enter(signal).then(({ kind }) => seen.push(kind === 'go' ? name : `${name} ${kind}`));
  return seen;
}

const settled = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  it('come in the order of asking, as many at once as are allowed', async () => {
    const turns = new Turns();
    turns.limitTo(2);
    const seen = entering(turns, ['a', 'b', 'c', 'd']);
    await settled();
    expect(seen).toEqual(['a', 'b']);
    expect([turns.sending, turns.size]).toEqual([2, 4]);
    turns.end();
    await settled();
    expect(seen).toEqual(['a', 'b', 'c']);
    turns.limitTo(3);
    await settled();
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
  });

  it('come again when those under way are fewer than a lowered limit, and not before', async () => {
    const turns = new Turns();
    turns.limitTo(3);
    const seen = entering(turns, ['a', 'b', 'c', 'd']);
    turns.limitTo(1);
    turns.end();
    turns.end();
    await settled();
    expect(seen).toEqual(['a', 'b', 'c']);
    turns.end();
    await settled();
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
  });

  it('do not come to who has left', async () => {
    const turns = new Turns();
    turns.limitTo(1);
    const leaving = new AbortController();
    const first = entering(turns, ['a']);
    const left = entering(turns, ['b'], leaving.signal);
    const last = entering(turns, ['c']);
    leaving.abort();
    turns.end();
    await settled();
    expect([first, left, last]).toEqual([['a'], ['b cancelled'], ['c']]);
    expect(await turns.enter(AbortSignal.abort())).toEqual({ kind: 'cancelled', waitedMs: 0 });
    expect(turns.size).toBe(1);
  });

  it('are given up after a minute', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const turns = new Turns();
    turns.limitTo(0);
    const seen = entering(turns, ['a']);
    await vi.advanceTimersByTimeAsync(MAX_WAIT_MS - 1);
    expect(seen).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(seen).toEqual(['a busy']);
    turns.limitTo(1);
    expect(turns.size).toBe(0);
  });
});
