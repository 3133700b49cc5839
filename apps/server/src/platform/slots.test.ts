import { expect, it } from 'vitest';

import { Slots } from './slots.ts';

it('runs so many at a time, in turn, and goes on after one that failed', async () => {
  const slots = new Slots(2);
  const started: number[] = [];
  const ends: (() => void)[] = [];
  const start = async (index: number) =>
    await slots.run(async () => {
      started.push(index);
      await new Promise<void>((resolve) => (ends[index] = resolve));
      if (index === 0) throw new Error('failed');
      return index;
    });
  const [first, ...others] = [0, 1, 2, 3].map(start);
  expect(started).toEqual([0, 1]);
  ends[0]?.();
  await expect(first).rejects.toThrow('failed');
  expect(started).toEqual([0, 1, 2]);
  const late = start(4);
  ends[1]?.();
  await others[0];
  expect(started).toEqual([0, 1, 2, 3]);
  ends[2]?.();
  await others[1];
  expect(started).toEqual([0, 1, 2, 3, 4]);
  ends[3]?.();
  ends[4]?.();
  expect(await Promise.all([...others, late])).toEqual([1, 2, 3, 4]);
});
