import { expect, it, vi } from 'vitest';

import { WriteTurns } from './write-turns.ts';

/** A write that goes on until it is told to end. */
function openWrite() {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const work = vi.fn<() => Promise<void>>(async () => await ended);
  return { work, end: () => end() };
}

it('writes to one catalog come one after the other, in their order', async () => {
  const turns = new WriteTurns();
  const [one, two, three] = [openWrite(), openWrite(), openWrite()];
  const done = [one, two, three].map(async ({ work }) => await turns.take(1, work));
  await vi.waitFor(() => expect(one.work).toHaveBeenCalled());
  expect([two, three].some(({ work }) => work.mock.calls.length > 0)).toBe(false);
  one.end();
  await done[0];
  await vi.waitFor(() => expect(two.work).toHaveBeenCalled());
  expect(three.work).not.toHaveBeenCalled();
  two.end();
  three.end();
  expect(await Promise.all(done)).toMatchObject([{ kind: 'done' }, { kind: 'done' }, { kind: 'done' }]);
});

it('four catalogs are written at once, and the fifth when one has ended, or failed', async () => {
  const turns = new WriteTurns();
  const writes = Array.from({ length: 6 }, openWrite);
  const done = writes.map(async ({ work }, catalog) => await turns.take(catalog, work));
  const running = (): number => writes.filter(({ work }) => work.mock.calls.length > 0).length;
  await vi.waitFor(() => expect(running()).toBe(4));
  writes[2]?.end();
  await done[2];
  await vi.waitFor(() => expect(running()).toBe(5));
  for (const { end } of writes) end();
  await Promise.all(done);
  await expect(turns.take(0, async () => await Promise.reject(new Error('x')))).rejects.toThrow('x');
  expect(await turns.take(0, async () => 'after it')).toEqual({ kind: 'done', value: 'after it' });
});

it('a write that finds a hundred waiting is told to come again', async () => {
  const turns = new WriteTurns();
  const first = openWrite();
  const waiting = [turns.take(1, first.work)];
  await vi.waitFor(() => expect(first.work).toHaveBeenCalled());
  for (let n = 0; n < 100; n++) waiting.push(turns.take(1, async () => undefined));
  const late = vi.fn<() => Promise<undefined>>(async () => undefined);
  expect(await turns.take(1, late)).toEqual({ kind: 'busy' });
  expect(late).not.toHaveBeenCalled();
  first.end();
  expect(new Set((await Promise.all(waiting)).map(({ kind }) => kind))).toEqual(new Set(['done']));
  expect((await turns.take(1, late)).kind).toBe('done');
});
