/** How long a request waits for its turn before it is given up. Its step is held all the while. */
export const MAX_WAIT_MS = 60_000;

export type TurnOutcome =
  | { readonly kind: 'go'; readonly waitedMs: number }
  /** `busy`: no turn came in time. */
  | { readonly kind: 'busy' | 'cancelled'; readonly waitedMs: number };

interface Waiting {
  readonly go: () => void;
}

/** Lets so many requests be under way at once, the others in the order in which they came. */
export class Turns {
  #limit = Infinity;
  #sending = 0;
  readonly #waiting = new Set<Waiting>();

  get sending(): number {
    return this.#sending;
  }

  /** Those that wait included. */
  get size(): number {
    return this.#sending + this.#waiting.size;
  }

  limitTo(limit: number): void {
    this.#limit = limit;
    this.#next();
  }

  /** Resolves when it is the request's turn. After `go`, `end` has to be called once. */
  async enter(signal: AbortSignal | undefined): Promise<TurnOutcome> {
    if (signal?.aborted === true) return { kind: 'cancelled', waitedMs: 0 };
    if (this.#sending < this.#limit && this.#waiting.size === 0) {
      this.#sending++;
      return { kind: 'go', waitedMs: 0 };
    }
    const began = performance.now();
    return await new Promise((resolve) => {
      const settle = (kind: TurnOutcome['kind']): void => {
        this.#waiting.delete(waiting);
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
        resolve({ kind, waitedMs: performance.now() - began });
      };
      const cancel = (): void => settle('cancelled');
      const timer = setTimeout(() => settle('busy'), MAX_WAIT_MS);
      const waiting = { go: () => settle('go') };
      signal?.addEventListener('abort', cancel);
      this.#waiting.add(waiting);
    });
  }

  end(): void {
    this.#sending--;
    this.#next();
  }

  #next(): void {
    for (const waiting of this.#waiting) {
      if (this.#sending >= this.#limit) return;
      this.#sending++;
      waiting.go();
    }
  }
}
