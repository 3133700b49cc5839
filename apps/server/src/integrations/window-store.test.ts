import fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';

import { testDatabase } from '../testing/test-database.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { testPlatform, testWorkspace } from '../testing/test-platform.ts';
import { putConnection } from './change-connection.ts';
import { freeAt } from './pacing.ts';
import { readWindows, releaseShare, reservePermits } from './window-store.ts';
import type { ReserveInput } from './window-store.ts';

const START = Date.parse('2026-11-24T12:00:00Z');
const WINDOW_MS = 10_000;

/** A paced connection whose clock the test sets, in a database of its own or in one that there is. */
async function windowOf(limit: number, concurrency?: number, shared?: TestDatabase) {
  const database = shared ?? (await testDatabase());
  const { secrets } = testPlatform(database.db);
  const workspaceId = await testWorkspace(database.db);
  const connection = await database.db.transaction().execute(
    async (tx) =>
      await putConnection(tx, secrets, new Date(START), {
        workspaceId,
        name: 'Paced',
        spec: { authentication: 'none' },
      }),
  );
  if (connection.kind === 'secret-missing') throw new Error('unreachable');
  const pacing = {
    limit,
    windowSeconds: WINDOW_MS / 1_000,
    ...(concurrency !== undefined && { concurrency }),
  };
  const reserve = async (at: number, wanted: number, more: Partial<ReserveInput> = {}) => {
    const reserved = await reservePermits(
      database.db,
      {
        workspaceId,
        connectionId: connection.id,
        pacing,
        holder: 'one',
        wanted,
        busy: 0,
        sending: 0,
        leaseMs: 60_000,
        ...more,
      },
      sql<number>`${at}::bigint`,
    );
    if (reserved === undefined) throw new Error('the connection is gone');
    return reserved;
  };
  return {
    db: database.db,
    workspaceId,
    connectionId: connection.id,
    pacing,
    reserve,
    [Symbol.asyncDispose]: async () =>
      shared === undefined ? await database[Symbol.asyncDispose]() : undefined,
  };
}

describe('the permits of a paced connection', () => {
  it('are given out up to the limit, at once where nothing went before, and again when the window has passed', async () => {
    await using it = await windowOf(20);
    expect(await it.reserve(START, 15)).toMatchObject({ granted: 15 });
    expect(await it.reserve(START + 10, 15)).toMatchObject({ granted: 5 });
    const full = await it.reserve(START + 20, 15);
    expect(full.granted).toBe(0);
    const free = freeAt(it.pacing, full, START + 20);
    expect(free).toBeGreaterThanOrEqual(START + WINDOW_MS);
    expect(free).toBeLessThanOrEqual(START + WINDOW_MS * 1.2);
    expect((await it.reserve(free! - 1, 15)).granted).toBe(0);
    expect((await it.reserve(free!, 15)).granted).toBe(15);
  });

  it('are never more than the limit in any window, whoever asks when and for how many', async () => {
    const step = fc.record({
      afterMs: fc.nat({ max: 4_000 }),
      wanted: fc.integer({ min: 1, max: 30 }),
      // The clock of the database may jump back a little, as when it is corrected.
      backMs: fc.constantFrom(0, 0, 0, 500, 990),
    });
    await using database = await testDatabase();
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: 40 }),
        fc.integer({ min: 1, max: 40 }),
        async (steps, limit) => {
          await using it = await windowOf(limit, undefined, database);
          const given: { at: number; count: number }[] = [];
          let now = START;
          for (const { afterMs, wanted, backMs } of steps) {
            now += afterMs;
            const { granted } = await it.reserve(now - backMs, wanted);
            given.push({ at: now, count: granted });
          }
          for (const { at } of given) {
            const inWindow = given.filter((other) => other.at >= at && other.at < at + WINDOW_MS);
            expect(inWindow.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(limit);
          }
        },
      ),
      { numRuns: 40, endOnFailure: true },
    );
  });

  it('hold for askers at the same moment', async () => {
    await using it = await windowOf(50);
    const reserved = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => await it.reserve(START, 7, { holder: `p${index}` })),
    );
    expect(reserved.reduce((sum, { granted }) => sum + granted, 0)).toBe(50);
  });

  it('start anew where the window was made another, or the clock jumped far back', async () => {
    await using it = await windowOf(5);
    expect((await it.reserve(START, 9)).granted).toBe(5);
    const longer = { ...it.pacing, windowSeconds: 20 };
    expect((await it.reserve(START, 9, { pacing: longer })).granted).toBe(5);
    expect((await it.reserve(START - 3_600_000, 9, { pacing: longer })).granted).toBe(5);
    expect((await it.reserve(START - 3_600_000, 9, { pacing: longer })).granted).toBe(0);
  });

  it('can be seen', async () => {
    await using it = await windowOf(5);
    expect(await readWindows(it.db, it.workspaceId, [it.connectionId])).toEqual(new Map());
    await it.reserve(START, 9);
    const window = (await readWindows(it.db, it.workspaceId, [it.connectionId])).get(it.connectionId);
    expect(freeAt(it.pacing, window!, START)).toBeGreaterThan(START);
    expect(freeAt(it.pacing, window!, START + 2 * WINDOW_MS)).toBeUndefined();
  });

  it('are none for a connection that is gone', async () => {
    await using it = await windowOf(5);
    await it.db.deleteFrom('connection').execute();
    await expect(it.reserve(START, 1)).rejects.toThrow('gone');
  });
});

describe('the concurrency of a paced connection', () => {
  it('is shared out among those that want it, and follows who comes and goes', async () => {
    await using it = await windowOf(1_000, 4);
    expect((await it.reserve(START, 9)).slots).toBe(4);
    // All is taken by requests under way: the second gets none, and is known from now on.
    expect(await it.reserve(START, 9, { holder: 'two' })).toMatchObject({ slots: 0, granted: 0 });
    expect((await it.reserve(START, 9, { busy: 4, sending: 4 })).slots).toBe(4);
    // The first has less under way: it keeps an even share.
    expect((await it.reserve(START, 9, { busy: 1, sending: 1 })).slots).toBe(2);
    expect((await it.reserve(START, 9, { holder: 'two' })).slots).toBe(2);
    await releaseShare(it.db, { workspaceId: it.workspaceId, connectionId: it.connectionId, holder: 'one' });
    expect((await it.reserve(START, 9, { holder: 'two', busy: 2, sending: 2 })).slots).toBe(4);
  });

  it('comes back from a process that died, after its lease', async () => {
    await using it = await windowOf(1_000, 2);
    expect((await it.reserve(START, 9, { leaseMs: 30_000 })).slots).toBe(2);
    expect((await it.reserve(START + 29_999, 9, { holder: 'two', leaseMs: 1_000 })).slots).toBe(0);
    expect((await it.reserve(START + 30_001, 9, { holder: 'two', leaseMs: 1_000 })).slots).toBe(2);
  });

  it('is never more than its limit, whatever the processes have under way', async () => {
    const ask = fc.record({
      holder: fc.constantFrom('a', 'b', 'c'),
      wanted: fc.nat({ max: 10 }),
      ends: fc.nat({ max: 5 }),
    });
    await using database = await testDatabase();
    await fc.assert(
      fc.asyncProperty(
        fc.array(ask, { minLength: 5, maxLength: 40 }),
        fc.integer({ min: 1, max: 6 }),
        async (asks, concurrency) => {
          await using it = await windowOf(100_000, concurrency, database);
          const sending = new Map<string, number>();
          const shares = new Map<string, number>();
          for (const { holder, wanted, ends } of asks) {
            const under = Math.max(0, (sending.get(holder) ?? 0) - ends);
            const { slots, granted } = await it.reserve(START, wanted, {
              holder,
              busy: under,
              sending: under,
            });
            shares.set(holder, slots ?? Infinity);
            // It starts as many as its share allows.
            sending.set(holder, Math.min(under + granted, slots ?? Infinity));
            const all = [...sending.values()].reduce((sum, count) => sum + count, 0);
            expect(all).toBeLessThanOrEqual(concurrency);
            expect(shares.get(holder)).toBeGreaterThanOrEqual(under);
          }
        },
      ),
      { numRuns: 40, endOnFailure: true },
    );
  });
});
