import { Pool } from 'undici';

export interface LoadResult {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly seconds: number;
  readonly count: number;
}

/** Sends `count` requests over `connections` connections, each as soon as the one before is answered. */
export async function load(
  origin: string,
  path: string,
  connections: number,
  count: number,
  request: (index: number) => { body: string; headers: Record<string, string>; status: number },
): Promise<LoadResult> {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const times: number[] = [];
  let next = 0;
  const began = performance.now();
  const client = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const { body, headers, status } = request(index);
      const sent = performance.now();
      const answer = await pool.request({ path, method: 'POST', headers, body });
      await answer.body.dump();
      times.push(performance.now() - sent);
      if (answer.statusCode !== status) throw new Error(`${path} answered ${answer.statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  const seconds = (performance.now() - began) / 1_000;
  await pool.close();
  return { rate: count / seconds, p50: quantile(times, 0.5), p99: quantile(times, 0.99), seconds, count };
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
