/** Numbers that look random and are the same for one seed. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** In [least, most). */
  between(least: number, most: number): number;
  pick<T>(items: readonly T[]): T;
}

/** mulberry32: 32 bits of state, which is plenty for when to kill whom. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (least, most) => least + next() * (most - least),
    pick: (items) => {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error('there is nothing to pick from');
      return item;
    },
  };
}
