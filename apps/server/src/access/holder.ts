import type { FastifyRequest } from 'fastify';

import type { KeyHolder } from './api-keys.ts';

/** A user who is logged in. */
export interface SessionHolder {
  readonly kind: 'session';
  readonly workspaceId: string;
  readonly userId: string;
  readonly userName: string;
  /** When the session ends at the latest. */
  readonly expiresAt: Date;
}

export type Holder = KeyHolder | SessionHolder;

const holders = new WeakMap<FastifyRequest, Holder>();

/** Remembers who sends a request; the surfaces do it once, before any handler. */
export function setHolder(request: FastifyRequest, holder: Holder): void {
  holders.set(request, holder);
}

/** Who sends a request. Throws in a route that is not behind authentication: a bug. */
export function holderOf(request: FastifyRequest): Holder {
  const holder = holders.get(request);
  if (holder === undefined) throw new Error(`${request.url} is not behind authentication`);
  return holder;
}
