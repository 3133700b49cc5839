import type { FastifyRequest } from 'fastify';

import type { KeyHolder } from './api-keys.ts';

const holders = new WeakMap<FastifyRequest, KeyHolder>();

/** Remembers who sends a request; the surfaces do it once, before any handler. */
export function setHolder(request: FastifyRequest, holder: KeyHolder): void {
  holders.set(request, holder);
}

/** Who sends a request. Throws in a route that is not behind authentication: a bug. */
export function holderOf(request: FastifyRequest): KeyHolder {
  const holder = holders.get(request);
  if (holder === undefined) throw new Error(`${request.url} is not behind authentication`);
  return holder;
}
