/** Connections that writes to catalogs may hold at once, of the twenty that the server has: events go on meanwhile. */
const AT_ONCE = 4;
/** A write that found so many before it would be answered long after its client has given up. */
const MAX_WAITING = 100;

export type Turn<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'busy' };

/**
 * Lets the writes of this process wait for each other before they take a connection: one at a time for each catalog. The
 * lock on the catalog keeps the writes of all processes apart; but who waits for it holds a connection, and an import
 * can take minutes.
 */
export class WriteTurns {
  /** Of each catalog that is being written: the writes that wait for it. */
  readonly #catalogs = new Map<number, (() => void)[]>();
  /** Writes whose catalog is theirs, waiting for one of the places. */
  readonly #ready: (() => void)[] = [];
  #running = 0;
  #waiting = 0;

  /** Runs `work` when it is its turn; it is not run where too many wait. */
  async take<T>(catalogId: number, work: () => Promise<T>): Promise<Turn<T>> {
    if (this.#waiting >= MAX_WAITING) return { kind: 'busy' };
    this.#waiting++;
    await this.#catalog(catalogId);
    await this.#place();
    this.#waiting--;
    try {
      return { kind: 'done', value: await work() };
    } finally {
      this.#leavePlace();
      this.#leaveCatalog(catalogId);
    }
  }

  async #catalog(catalogId: number): Promise<void> {
    const waiting = this.#catalogs.get(catalogId);
    if (waiting === undefined) this.#catalogs.set(catalogId, []);
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }

  /** A place and a catalog are handed on directly, so that nobody comes in between. */
  async #place(): Promise<void> {
    if (this.#running < AT_ONCE) this.#running++;
    else await new Promise<void>((resolve) => this.#ready.push(resolve));
  }

  #leavePlace(): void {
    const next = this.#ready.shift();
    if (next === undefined) this.#running--;
    else next();
  }

  #leaveCatalog(catalogId: number): void {
    const next = this.#catalogs.get(catalogId)?.shift();
    if (next === undefined) this.#catalogs.delete(catalogId);
    else next();
  }
}
