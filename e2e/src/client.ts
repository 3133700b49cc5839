import { setTimeout as delay } from 'node:timers/promises';

import { request } from 'undici';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The body as JSON; throws where it is none. */
  json(): unknown;
}

/** One request as any HTTP client would make it. */
export async function send(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  url: string,
  options: { headers?: Record<string, string>; body?: string | Buffer; json?: unknown } = {},
): Promise<Answer> {
  const answer = await request(url, {
    method,
    headers: {
      ...(options.json !== undefined && { 'content-type': 'application/json' }),
      ...options.headers,
    },
    body: options.json === undefined ? (options.body ?? null) : JSON.stringify(options.json),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, text, json: (): unknown => JSON.parse(text) };
}

/** Asks until there is an answer that is not undefined. Throws after `ms`, with what was seen last. */
export async function until<T>(ask: () => Promise<T | undefined>, ms = 30_000): Promise<T> {
  const deadline = performance.now() + ms;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const value = await ask();
      if (value !== undefined) return value;
    } catch (error) {
      last = error;
    }
    await delay(25);
  }
  throw new Error(`not reached within ${ms} ms`, { cause: last });
}
