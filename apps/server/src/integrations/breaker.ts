import type { SendOutcome } from './send-outcome.ts';

/** Convoy's measures (peers): 70 % of at least 10 calls in 5 minutes. */
const LEAST_CALLS = 10;
const FAILURE_RATE = 0.7;
export const MINUTES = 5;

const FIRST_OPEN_MS = 30_000;
const LONGEST_OPEN_MS = 10 * 60_000;
/** While a probe is under way, others ask again after so long. */
export const PROBE_RETRY_MS = 5_000;

/** The breaker of a connection. It is closed while `retryAt` is undefined. */
export interface Breaker {
  /** How often it opened since it was last closed. */
  readonly openings: number;
  /** When one request may try whether the destination is back. */
  readonly retryAt: Date | undefined;
  /** Until when such a request may be under way. */
  readonly probeUntil: Date | undefined;
}

export const CLOSED: Breaker = { openings: 0, retryAt: undefined, probeUntil: undefined };

/** What a breaker says to a request at a moment. */
export type BreakerAnswer =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly retryAt: Date }
  /** It is time for a probe. */
  | { readonly kind: 'probe' };

export function askBreaker({ retryAt, probeUntil }: Breaker, now: Date): BreakerAnswer {
  if (retryAt === undefined) return { kind: 'closed' };
  if (retryAt > now) return { kind: 'open', retryAt };
  if (probeUntil === undefined || probeUntil <= now) return { kind: 'probe' };
  return {
    kind: 'open',
    retryAt: new Date(Math.min(probeUntil.getTime(), now.getTime() + PROBE_RETRY_MS)),
  };
}

/** Whether so many failures among so many calls open a breaker. */
export function trips(calls: number, failures: number): boolean {
  return calls >= LEAST_CALLS && failures >= calls * FAILURE_RATE;
}

/** How long a breaker stays open the first time, the second time, … */
export function openForMs(opening: number): number {
  return Math.min(FIRST_OPEN_MS * 2 ** Math.min(opening - 1, 20), LONGEST_OPEN_MS);
}

/** What an outcome says about the destination's health; `neither` where it says nothing. */
export function verdictOf(outcome: SendOutcome): 'success' | 'failure' | 'neither' {
  switch (outcome.kind) {
    case 'answered':
      // 429 is a destination that is well and has enough.
      return outcome.status >= 500 ? 'failure' : 'success';
    case 'unknown':
      return 'failure';
    case 'not-sent':
      return outcome.cause === 'network' ? 'failure' : 'neither';
    case 'refused':
      return 'neither';
  }
}
