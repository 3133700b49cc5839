import type { Pacing } from '@laurel/contract';

import type { OpenConnection } from './connection.ts';

/**
 * Accredible's limit: 2,000 requests per 5 minutes and address, counted in periods of 30 s (its API description); four
 * at once is our own courtesy.
 */
export const ACCREDIBLE: Pacing = { limit: 200, windowSeconds: 30, concurrency: 4 };

/** A window is counted in ten slots; of twelve that count, the newest is not full yet and one more covers the way. */
const SLOTS_PER_WINDOW = 10;
export const SLOTS = SLOTS_PER_WINDOW + 2;

/**
 * The limits of a connection, undefined where it has none. `hosts` are those that requests go to, beside those that the
 * connection is for.
 */
export function pacingOf(
  { settings }: Pick<OpenConnection, 'settings'>,
  hosts: Iterable<string>,
): Pacing | undefined {
  const { pacing } = settings.policy;
  if (pacing === 'none') return undefined;
  if (pacing === 'accredible') return ACCREDIBLE;
  if (pacing !== undefined) return pacing;
  return [...(settings.hosts ?? []), ...hosts].some(isAccredible) ? ACCREDIBLE : undefined;
}

/** Whether a host, with a port or without, is one of Accredible's. */
export function isAccredible(host: string): boolean {
  return /(?:^|\.)accredible\.com\.?(?::\d+)?$/i.test(host);
}

/** How long a slot is, in ms. */
export function slotMs({ windowSeconds }: Pacing): number {
  return Math.ceil((windowSeconds * 1_000) / SLOTS_PER_WINDOW);
}

/** What was given out of a connection's permits, as it is stored. */
export interface WindowState {
  readonly slotMs: number;
  /** The number of the newest slot since 1970. */
  readonly slot: number;
  /** Permits by slot, newest first. */
  readonly used: readonly number[];
}

/** When a permit becomes free, in ms since 1970; undefined where one is free at `nowMs`. */
export function freeAt(pacing: Pacing, state: WindowState, nowMs: number): number | undefined {
  const width = slotMs(pacing);
  // Counted for another window: the next reservation starts anew.
  if (state.slotMs !== width) return undefined;
  const shift = Math.max(0, Math.floor(nowMs / width) - state.slot);
  const counting = state.used.slice(0, Math.max(0, SLOTS - shift));
  let taken = counting.reduce((sum, count) => sum + count, 0);
  if (taken < pacing.limit) return undefined;
  for (let index = counting.length - 1; index >= 0; index--) {
    taken -= counting[index] ?? 0;
    if (taken < pacing.limit) return (state.slot - index + SLOTS) * width;
  }
  return undefined;
}
