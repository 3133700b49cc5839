import ipaddr from 'ipaddr.js';

import type { Clock } from '../platform/clock.ts';

const WINDOW_MS = 15 * 60 * 1_000;
const PER_ADDRESS = 10;
/** Higher, because it also keeps the owner out: whoever has ten addresses can bring it about. */
const PER_USER = 100;
/** Never reached by failures: the gate of the logins lets fewer than 30,000 through within a window. */
const MAX_COUNTED = 50_000;

export type LoginPermit =
  | {
      readonly kind: 'allowed';
      /** Takes the attempt off the count: it did not fail. */
      takeBack(): void;
    }
  | { readonly kind: 'limited'; readonly retryAfterSeconds: number };

/**
 * Counts failed logins per address and per user name, within 15 minutes from the first one. In memory: whoever has no
 * password must not make the database write, and a process that restarts, or one of several, gives a guesser no more
 * than another handful of tries at a password of at least 12 characters.
 */
export class FailedLogins {
  readonly #clock: Clock;
  readonly #byAddress = new Counts(PER_ADDRESS);
  readonly #byUser = new Counts(PER_USER);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Asks for one attempt. It is counted before it is made, so that many at once do not all slip through. */
  begin({ address, user }: { readonly address: string; readonly user: string }): LoginPermit {
    const now = this.#clock.now().getTime();
    const network = networkOf(address);
    const until = Math.max(this.#byAddress.fullUntil(network, now), this.#byUser.fullUntil(user, now));
    if (until > now) return { kind: 'limited', retryAfterSeconds: Math.ceil((until - now) / 1_000) };
    this.#byAddress.add(network, now);
    this.#byUser.add(user, now);
    return {
      kind: 'allowed',
      takeBack: () => {
        this.#byAddress.takeBack(network);
        this.#byUser.takeBack(user);
      },
    };
  }
}

interface Count {
  attempts: number;
  /** Epoch ms. */
  readonly until: number;
}

class Counts {
  readonly #limit: number;
  readonly #counts = new Map<string, Count>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Until when there may be no further attempt; 0 where there may be one now. */
  fullUntil(key: string, now: number): number {
    const count = this.#counts.get(key);
    return count !== undefined && count.until > now && count.attempts >= this.#limit ? count.until : 0;
  }

  add(key: string, now: number): void {
    const known = this.#counts.get(key);
    if (known !== undefined && known.until > now) {
      known.attempts++;
      return;
    }
    this.#forget(now);
    // Deleted first, so that the map stays in the order of the windows' ends.
    this.#counts.delete(key);
    this.#counts.set(key, { attempts: 1, until: now + WINDOW_MS });
  }

  /** What did not fail leaves nothing behind: else a flood of it would push the failures out. */
  takeBack(key: string): void {
    const count = this.#counts.get(key);
    if (count !== undefined && --count.attempts <= 0) this.#counts.delete(key);
  }

  #forget(now: number): void {
    for (const [key, { until }] of this.#counts) {
      if (until > now && this.#counts.size < MAX_COUNTED) return;
      this.#counts.delete(key);
    }
  }
}

/** Who has one address of IPv6 has a network of them: 64 bits count. */
function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString();
}
