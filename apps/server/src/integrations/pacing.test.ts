import { setTimeout as delay } from 'node:timers/promises';

import { describe, expect, it, vi } from 'vitest';

import type { OpenConnection } from './connection.ts';
import type { Delivery } from './delivery.ts';
import { pacingOf } from './pacing.ts';
import type { SendOutcome } from './send-outcome.ts';
import { deliverySystem, KEY, post } from './testing/delivery-system.ts';
import { receiver } from './testing/receiver.ts';

/** Sends a backlog as a worker does: what gets no permit asks again when it was told to. */
async function workOff(delivery: Delivery, connection: OpenConnection, url: string, count: number) {
  let left = count;
  const sends: Promise<SendOutcome>[] = [];
  while (left > 0) {
    const grants = await delivery.permits(connection, new Map([['w', Math.min(left, 50)]]));
    const { granted, retryAt } = grants.get('w')!;
    left -= granted;
    for (let index = 0; index < granted; index++) sends.push(delivery.send(connection, post(url), KEY));
    if (retryAt !== undefined) await delay(Math.max(0, retryAt.getTime() - Date.now()));
  }
  return await Promise.all(sends);
}

describe('the pacing of a connection', () => {
  it('holds over two processes: never more than the limit in any window, and all is sent', async () => {
    await using target = await receiver((_request, response) => response.end());
    await using it = await deliverySystem();
    const pacing = { limit: 20, windowSeconds: 1 };
    const connection = await it.connect({ authentication: 'none', policy: { pacing } });
    const other = it.another();
    const began = performance.now();
    await Promise.all([
      workOff(it.delivery, connection, target.origin, 40),
      workOff(other, await it.open(connection.id, other), target.origin, 40),
    ]);
    const seconds = (performance.now() - began) / 1_000;
    const times = target.requests.map(({ at }) => at);
    expect(times).toHaveLength(80);
    const mostInAWindow = Math.max(
      ...times.map((start) => times.filter((at) => at >= start && at < start + 1_000).length),
    );
    expect(mostInAWindow).toBeLessThanOrEqual(20);
    // The limit is used, too: four windows, and what the slots and the asking again cost.
    expect(seconds).toBeLessThan(8);
  });

  it('holds how many are under way at once, over two processes', async () => {
    let underWay = 0;
    let most = 0;
    await using target = await receiver((_request, response) => {
      most = Math.max(most, ++underWay);
      setTimeout(() => {
        underWay--;
        response.end();
      }, 50);
    });
    await using it = await deliverySystem();
    const pacing = { limit: 1_000, windowSeconds: 1, concurrency: 4 };
    const connection = await it.connect({ authentication: 'none', policy: { pacing } });
    const other = it.another();
    const outcomes = await Promise.all([
      workOff(it.delivery, connection, target.origin, 40),
      workOff(other, await it.open(connection.id, other), target.origin, 40),
    ]);
    expect(target.requests).toHaveLength(80);
    expect(most).toBe(4);
    // They wait here for their turn, and say so.
    const waited = outcomes.flat().map(({ timings }) => timings.queuedMs ?? 0);
    expect(Math.max(...waited)).toBeGreaterThan(40);
  });

  it('gives a share back that is not used, to whom wants it', async () => {
    await using target = await receiver((_request, response) => response.end());
    await using it = await deliverySystem();
    const pacing = { limit: 1_000, windowSeconds: 1, concurrency: 1 };
    const connection = await it.connect({ authentication: 'none', policy: { pacing } });
    const other = it.another();
    const otherConnection = await it.open(connection.id, other);
    await workOff(it.delivery, connection, target.origin, 1);
    await vi.waitFor(async () => {
      const grants = await other.permits(otherConnection, new Map([['w', 1]]));
      expect(grants.get('w')!.granted).toBe(1);
    }, 5_000);
    // Not used either: it counts until it is given back.
    expect((await it.delivery.permits(connection, new Map([['w', 1]]))).get('w')!.granted).toBe(0);
    other.giveBack(otherConnection, 1);
    await vi.waitFor(async () => {
      const grants = await it.delivery.permits(connection, new Map([['w', 1]]));
      expect(grants.get('w')!.granted).toBe(1);
    }, 5_000);
  });

  it('is shared out among workflows, and tells each when to come again', async () => {
    await using it = await deliverySystem();
    const pacing = { limit: 10, windowSeconds: 60 };
    const connection = await it.connect({ authentication: 'none', policy: { pacing } });
    const grants = await it.delivery.permits(
      connection,
      new Map([
        ['large', 100],
        ['small', 3],
      ]),
    );
    expect(grants.get('small')).toEqual({ granted: 3, retryAt: undefined, reason: undefined });
    expect(grants.get('large')).toMatchObject({ granted: 7, reason: 'paced' });
    const wait = grants.get('large')!.retryAt!.getTime() - Date.now();
    expect(wait).toBeGreaterThan(60_000);
    expect(wait).toBeLessThan(73_000);
    // A batch later comes later; a workflow that was not there yet does not wait for it.
    const next = await it.delivery.permits(connection, new Map([['large', 10]]));
    expect(next.get('large')!.retryAt!.getTime() - Date.now()).toBeGreaterThan(200_000);
    const fresh = await it.delivery.permits(connection, new Map([['fresh', 1]]));
    expect(fresh.get('fresh')!.retryAt!.getTime() - Date.now()).toBeLessThan(73_000);
  });

  it('is paid for by a look-up too', async () => {
    await using target = await receiver((_request, response) => response.end('{"credentials":[]}'));
    await using it = await deliverySystem();
    const pacing = { limit: 1, windowSeconds: 60 };
    const connection = await it.connect({ authentication: 'none', policy: { pacing, maxResponseBytes: 0 } });
    const request = post(`${target.origin}/v1/credentials`, {
      body: '{"credential":{"group_id":1,"recipient":{"email":"ada@example.org"}}}',
    });
    expect(await it.delivery.reconcile(connection, request, KEY)).toEqual({ kind: 'absent' });
    expect(await it.delivery.reconcile(connection, request, KEY)).toMatchObject({
      kind: 'unavailable',
      error: expect.stringContaining('limit'),
      retryAt: expect.any(Date),
    });
    expect(target.requests).toHaveLength(1);
  });

  it('ends with its connection: nothing is granted for one that was deleted', async () => {
    await using it = await deliverySystem();
    const pacing = { limit: 10, windowSeconds: 1 };
    const connection = await it.connect({ authentication: 'none', policy: { pacing } });
    await it.db.deleteFrom('connection').execute();
    const grants = await it.delivery.permits(connection, new Map([['w', 1]]));
    expect(grants.get('w')).toMatchObject({ granted: 0, reason: 'paced' });
    expect(await it.delivery.open(it.workspaceId, [connection.id])).toEqual(new Map());
  });
});

describe('Accredible’s limits', () => {
  const ACCREDIBLE = { limit: 200, windowSeconds: 30, concurrency: 4 };

  it.each([
    ['api.accredible.com', ACCREDIBLE],
    ['eu.api.accredible.com', ACCREDIBLE],
    ['API.ACCREDIBLE.COM:443', ACCREDIBLE],
    ['accredible.com.', ACCREDIBLE],
    ['api.accredible.com.example.org', undefined],
    ['notaccredible.com', undefined],
    ['127.0.0.1:8321', undefined],
  ])('of a connection that says nothing are, by the host %s, %j', async (host, expected) => {
    await using it = await deliverySystem();
    const silent = await it.connect({ authentication: 'none' });
    expect(pacingOf(silent, [host])).toEqual(expected);
  });

  it('are chosen by the connection, or by its hosts, or not at all', async () => {
    await using it = await deliverySystem();
    const chosen = await it.connect({ authentication: 'none', policy: { pacing: 'accredible' } }, 'A');
    expect(pacingOf(chosen, [])).toEqual(ACCREDIBLE);
    const byHost = await it.connect({ authentication: 'none', hosts: ['*.accredible.com'] }, 'B');
    expect(pacingOf(byHost, [])).toEqual(ACCREDIBLE);
    const none = await it.connect({ authentication: 'none', policy: { pacing: 'none' } }, 'C');
    expect(pacingOf(none, ['api.accredible.com'])).toBeUndefined();
  });

  it('are kept by whom sends there, also where nobody says so before', async () => {
    await using it = await deliverySystem();
    const connection = await it.connect({ authentication: 'none' });
    const ask = async () => (await it.delivery.permits(connection, new Map([['w', 100]]))).get('w');
    expect((await ask())!.granted).toBe(100);
    await it.delivery.send(connection, post('ftp://api.accredible.com/v1/credentials'), KEY);
    expect((await ask())!.granted).toBe(16);
    const said = await it.connect({ authentication: 'none' }, 'Another');
    const grants = await it.delivery.permits(said, new Map([['w', 100]]), ['api.accredible.com']);
    expect(grants.get('w')!.granted).toBe(16);
  });
});
