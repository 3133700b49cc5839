/** How many passwords are checked at once: the thread pool of Node has 4, and files and DNS need some of them. */
const AT_ONCE = 2;
/** At 68 ms each, the last of them waits for about a second. */
const MAX_WAITING = 30;

/** Bounds what checking passwords takes: a crowd of logins waits here, and one beyond it is sent away. */
export class LoginGate {
  #inside = 0;
  readonly #waiting: (() => void)[] = [];

  /** Runs `work` when it is its turn; answers 'full' at once where too many wait. */
  async pass<T>(work: () => Promise<T>): Promise<T | 'full'> {
    if (this.#inside >= AT_ONCE) {
      if (this.#waiting.length >= MAX_WAITING) return 'full';
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#inside++;
    }
    try {
      return await work();
    } finally {
      // The place goes to the next one directly, so that nobody slips in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#inside--;
      else next();
    }
  }
}
