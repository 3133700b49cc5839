import { describe, expect, it, vi } from 'vitest';

import { deliverySystem, KEY, post } from './testing/delivery-system.ts';
import { receiver } from './testing/receiver.ts';

const ROUNDS = 8;
const REQUESTS = 400;
const AT_ONCE = 16;

describe('a destination beside others', () => {
  it('is as fast beside a dead and a slow one as alone: its p95 within 1.2 times', async ({ annotate }) => {
    // What is dead lies on the same server: its connections are not to take those of the healthy one either.
    await using server = await receiver(({ url }, response) => {
      if (url !== '/dead') setTimeout(() => response.end('ok'), 20);
    });
    await using slow = await receiver((_request, response) => setTimeout(() => response.end('ok'), 2_000));
    await using it = await deliverySystem({ timeoutMs: 10_000 });
    const toHealthy = await it.connect({ authentication: 'token', token: 'the-token' }, 'Healthy');
    const toDead = await it.connect({ authentication: 'none', policy: { timeoutSeconds: 9 } }, 'Dead');
    const toSlow = await it.connect({ authentication: 'none' }, 'Slow');

    const hanging = (): number => server.requests.filter(({ url }) => url === '/dead').length;

    const round = async (): Promise<number[]> => {
      const durations: number[] = [];
      const loop = async (): Promise<void> => {
        for (let index = 0; index < REQUESTS / AT_ONCE; index++) {
          const { kind, durationMs } = await it.delivery.send(
            toHealthy,
            post(`${server.origin}/healthy`),
            KEY,
          );
          expect(kind).toBe('answered');
          durations.push(durationMs);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, loop));
      return durations;
    };
    /** More requests to each of them than it has connections for; ended when the round is over. */
    const beside = async (): Promise<number[]> => {
      const end = new AbortController();
      const options = { ...KEY, signal: end.signal };
      const before = hanging();
      const others = Array.from({ length: 300 }, async (_, index) =>
        index % 2 === 0
          ? await it.delivery.send(toDead, post(`${server.origin}/dead`), options)
          : await it.delivery.send(toSlow, post(slow.origin), options),
      );
      await vi.waitFor(() => expect(hanging()).toBe(before + 128), 5_000);
      const durations = await round();
      end.abort();
      await Promise.all(others);
      return durations;
    };

    await round();
    const ratios: number[] = [];
    const alone: number[] = [];
    const together: number[] = [];
    // In turn, and the median of the rounds: a machine that is busy for a while is so for one of them.
    for (let index = 0; index < ROUNDS; index++) {
      const [one, other] = [await round(), await beside()];
      ratios.push(quantile(other, 0.95) / quantile(one, 0.95));
      alone.push(...one);
      together.push(...other);
    }
    const ratio = quantile(ratios, 0.5);
    const told = (durations: readonly number[]): string =>
      `p50 ${quantile(durations, 0.5).toFixed(1)} ms, p95 ${quantile(durations, 0.95).toFixed(1)} ms`;
    await annotate(
      `alone ${told(alone)}; beside the others ${told(together)}; median ratio of the p95 ${ratio.toFixed(3)} (${ROUNDS} rounds of ${REQUESTS} requests each)`,
    );
    expect(ratio).toBeLessThan(1.2);
  });
});

function quantile(values: readonly number[], at: number): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length * at)] ?? 0;
}
