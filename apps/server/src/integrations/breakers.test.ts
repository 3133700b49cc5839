import { describe, expect, it, vi } from 'vitest';

import { TestClock } from '../testing/test-platform.ts';
import type { OpenConnection } from './connection.ts';
import type { Delivery } from './delivery.ts';
import { deliverySystem, KEY, post } from './testing/delivery-system.ts';
import { receiver, silentServer } from './testing/receiver.ts';

/** Two processes that send to one receiver, which answers with a status that the test sets. */
async function twoProcesses(status = 503) {
  const clock = new TestClock('2026-11-24T12:00:00Z');
  const stack = new AsyncDisposableStack();
  const answer = { status };
  const target = stack.use(await receiver((_request, response) => response.writeHead(answer.status).end()));
  const it = stack.use(await deliverySystem({ platform: (platform) => ({ ...platform, clock }) }));
  const connection = await it.connect({ authentication: 'none' });
  const other = it.another();
  const send = async (times: number, by: Delivery = it.delivery) => {
    const own = await it.open(connection.id, by);
    await Promise.all(
      Array.from({ length: times }, async () => await by.send(own, post(target.origin), KEY)),
    );
  };
  const ask = async (by: Delivery = it.delivery, count = 5) => {
    const own = await it.open(connection.id, by);
    const grants = await by.permits(own, new Map([['w', count]]));
    return grants.get('w');
  };
  const health = async () => (await it.delivery.health([await shown(connection)])).get(connection.id);
  const shown = async ({ id, name, settings, workspaceId }: OpenConnection) => ({
    id,
    name,
    settings,
    workspaceId,
    previousSecretUntil: undefined,
    createdAt: clock.now(),
    updatedAt: clock.now(),
  });
  return {
    ...it,
    clock,
    answer,
    target,
    other,
    connection,
    send,
    ask,
    health,
    [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
  };
}

const ALL = { granted: 5, retryAt: undefined, reason: undefined };

describe('a breaker over two processes', () => {
  it('opens for both by what both saw, lets one probe through, and closes by it', async () => {
    await using it = await twoProcesses();
    await Promise.all([it.send(5), it.send(5, it.other)]);
    const opened = new Date('2026-11-24T12:00:30Z');
    for (const process of [it.delivery, it.other])
      await vi.waitFor(async () =>
        expect(await it.ask(process)).toEqual({ granted: 0, retryAt: opened, reason: 'breaker-open' }),
      );
    expect(await it.health()).toMatchObject({
      breaker: 'open',
      retryAt: opened.toISOString(),
      calls: 10,
      failures: 10,
      lastFailure: 'answered 503',
    });

    it.clock.advance(30_000);
    const [one, two] = await Promise.all([it.ask(), it.ask(it.other)]);
    expect(one!.granted + two!.granted).toBe(1);
    const later = new Date('2026-11-24T12:00:35Z');
    expect([one!.retryAt, two!.retryAt]).toEqual([later, later]);
    expect(await it.health()).toMatchObject({ breaker: 'half-open' });

    it.answer.status = 200;
    await it.send(1, one!.granted === 1 ? it.delivery : it.other);
    expect(await it.ask()).toEqual(ALL);
    expect(await it.ask(it.other)).toEqual(ALL);
    await vi.waitFor(async () => expect(await it.health()).toMatchObject({ breaker: 'closed', failures: 0 }));
  });

  it('opens for twice as long where the probe fails', async () => {
    await using it = await twoProcesses();
    await it.send(10);
    await vi.waitFor(async () => expect((await it.ask())!.granted).toBe(0));
    it.clock.advance(30_000);
    expect((await it.ask())!.granted).toBe(1);
    await it.send(1);
    expect(await it.ask(it.other)).toEqual({
      granted: 0,
      retryAt: new Date('2026-11-24T12:01:30Z'),
      reason: 'breaker-open',
    });
  });

  it('lets another probe through where the first was never heard of again', async () => {
    await using it = await twoProcesses();
    await it.send(10);
    await vi.waitFor(async () => expect((await it.ask())!.granted).toBe(0));
    it.clock.advance(30_000);
    expect((await it.ask())!.granted).toBe(1);
    expect((await it.ask(it.other))!.granted).toBe(0);
    it.clock.advance(10_001);
    expect((await it.ask(it.other))!.granted).toBe(1);
  });

  it.each([
    ['429', 429],
    ['404', 404],
    ['401', 401],
    ['200', 200],
  ])('does not open by answers of %s', async (_what, status) => {
    await using it = await twoProcesses(status);
    await it.send(12);
    await it.delivery.close();
    expect(await it.ask(it.other)).toEqual(ALL);
    expect(await it.health()).toMatchObject({ breaker: 'closed', calls: 12, failures: 0 });
  });

  it('does not open by time-outs of a process that stood still', async () => {
    await using it = await twoProcesses();
    await using silent = await silentServer();
    const own = await it.open(it.connection.id);
    const sent = Array.from(
      { length: 10 },
      async () => await it.delivery.send(own, post(silent.origin), { ...KEY, timeoutMs: 50 }),
    );
    await vi.waitFor(() => expect(silent.connections()).toBeGreaterThan(0));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_100);
    expect(new Set((await Promise.all(sent)).map(({ kind }) => kind))).not.toContain('answered');
    await it.delivery.close();
    expect(await it.ask(it.other)).toEqual(ALL);
    expect(await it.health()).toMatchObject({ breaker: 'closed', calls: 0 });
  });

  it('forgets what is older than five minutes', async () => {
    await using it = await twoProcesses();
    await it.send(9);
    await vi.waitFor(async () => expect(await it.health()).toMatchObject({ calls: 9 }));
    it.clock.advance(5 * 60_000);
    await it.send(1);
    await it.delivery.close();
    expect(await it.health()).toMatchObject({ breaker: 'closed', calls: 1 });
  });

  it('costs a connection that is well one query a batch, however many requests it has', async () => {
    await using it = await twoProcesses(200);
    await it.send(1);
    const queries = vi.spyOn(it.db.getExecutor(), 'executeQuery');
    const own = await it.open(it.connection.id);
    expect(queries).toHaveBeenCalledTimes(1);
    await it.delivery.permits(own, new Map([['w', 5]]));
    await Promise.all([1, 2, 3].map(async () => await it.delivery.send(own, post(it.target.origin), KEY)));
    expect(queries).toHaveBeenCalledTimes(1);
  });
});
