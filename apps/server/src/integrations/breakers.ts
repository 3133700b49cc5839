import type { Platform } from '../platform/platform.ts';
import { askBreaker, CLOSED, openForMs, PROBE_RETRY_MS, trips } from './breaker.ts';
import type { Breaker } from './breaker.ts';
import type { OpenConnection } from './connection.ts';
import { addObserved, changeBreaker, readHealth } from './health-store.ts';
import type { ConnectionKey, Health, Observed } from './health-store.ts';

/** What is observed is written down after so long: failures soon, since they may open the breaker. */
const FLUSH_FAILURE_MS = 100;
const FLUSH_SUCCESS_MS = 5_000;
/** A probe may take as long as its request, and so much more. */
const PROBE_BEYOND_MS = 5_000;

const MAX_REASON = 500;

const NOTHING: Observed = {
  calls: 0,
  failures: 0,
  lastSuccessAt: undefined,
  lastFailureAt: undefined,
  lastFailure: undefined,
};

interface Watched {
  readonly key: ConnectionKey;
  breaker: Breaker;
  observed: Observed;
  /** When what was observed is written down. */
  flush: { readonly at: number; readonly timer: NodeJS.Timeout } | undefined;
  /** The probe that this process may send. */
  probe: { readonly seen: number; readonly until: Date } | undefined;
}

/** What a breaker lets through: all; one request, the probe; or nothing until a time. */
export type BreakerPermit =
  | { readonly kind: 'all' }
  | { readonly kind: 'probe'; readonly othersAt: Date }
  | { readonly kind: 'none'; readonly retryAt: Date };

/** How an outcome bears on a breaker. `reason` is why it failed, without secrets. */
export interface Verdict {
  readonly kind: 'success' | 'failure' | 'neither';
  readonly reason: string | undefined;
}

/**
 * The breakers of connections, over all processes. What a process sees it counts in memory and adds to a row from time
 * to time; the state it reads with the connections of each batch. So a connection that is well costs a request nothing.
 */
export class Breakers {
  readonly #platform: Platform;
  readonly #watched = new Map<string, Watched>();
  readonly #writing = new Set<Promise<void>>();
  #closed = false;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** Takes over the state that was read with a connection. */
  learn(connection: OpenConnection, breaker: Breaker): void {
    const present = this.#watched.get(connection.id);
    if (present !== undefined) present.breaker = breaker;
    else if (breaker.retryAt !== undefined) this.#watch(connection).breaker = breaker;
  }

  /** Asks whether requests may go by a connection. Needs the database only when it is time for a probe. */
  async permit(connection: OpenConnection, timeoutMs: number): Promise<BreakerPermit> {
    const watched = this.#watched.get(connection.id);
    const now = this.#platform.clock.now();
    const answer = askBreaker(watched?.breaker ?? CLOSED, now);
    if (watched === undefined || answer.kind === 'closed') return { kind: 'all' };
    if (answer.kind === 'open') return { kind: 'none', retryAt: answer.retryAt };
    const until = new Date(now.getTime() + timeoutMs + PROBE_BEYOND_MS);
    const others = new Date(now.getTime() + PROBE_RETRY_MS);
    const taken = await changeBreaker(this.#platform.db, watched.key, { kind: 'probe', now, until });
    if (taken !== undefined) {
      watched.breaker = taken;
      watched.probe = { seen: taken.openings, until };
      return { kind: 'probe', othersAt: others };
    }
    // Another process was first, or has closed it since.
    const { workspaceId, connectionId } = watched.key;
    const health = await readHealth(this.#platform.db, workspaceId, [connectionId], now);
    watched.breaker = health.get(connectionId) ?? CLOSED;
    const again = askBreaker(watched.breaker, now);
    if (again.kind === 'closed') return { kind: 'all' };
    return { kind: 'none', retryAt: again.kind === 'open' ? again.retryAt : others };
  }

  /** The next request of this process is the probe that `permit` let through; answers what `record` is to be given. */
  takeProbe(connection: OpenConnection): number | undefined {
    const watched = this.#watched.get(connection.id);
    const probe = watched?.probe;
    if (watched !== undefined) watched.probe = undefined;
    return probe !== undefined && probe.until > this.#platform.clock.now() ? probe.seen : undefined;
  }

  /** Counts an outcome. That of a probe (`probe` is what `takeProbe` answered) is written down at once. */
  async record(
    connection: OpenConnection,
    { kind, reason }: Verdict,
    probe: number | undefined,
  ): Promise<void> {
    if (kind === 'neither') return;
    const watched = this.#watch(connection);
    const now = this.#platform.clock.now();
    const { observed } = watched;
    watched.observed = {
      ...observed,
      calls: observed.calls + 1,
      ...(kind === 'success'
        ? { lastSuccessAt: now }
        : {
            failures: observed.failures + 1,
            lastFailureAt: now,
            // PostgreSQL's text has no NUL.
            lastFailure: reason?.slice(0, MAX_REASON).replaceAll('\0', '\uFFFD'),
          }),
    };
    if (probe !== undefined) await this.#settleProbe(watched, kind, probe, now);
    this.#schedule(watched, kind === 'success' ? FLUSH_SUCCESS_MS : FLUSH_FAILURE_MS);
  }

  forget(id: string): void {
    clearTimeout(this.#watched.get(id)?.flush?.timer);
    this.#watched.delete(id);
  }

  /** Writes down what is not yet. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const watched of this.#watched.values()) {
      clearTimeout(watched.flush?.timer);
      if (watched.observed.calls > 0) this.#flush(watched);
    }
    await Promise.all(this.#writing);
  }

  #watch({ workspaceId, id }: OpenConnection): Watched {
    const present = this.#watched.get(id);
    if (present !== undefined) return present;
    const watched: Watched = {
      key: { workspaceId, connectionId: id },
      breaker: CLOSED,
      observed: NOTHING,
      flush: undefined,
      probe: undefined,
    };
    this.#watched.set(id, watched);
    return watched;
  }

  #schedule(watched: Watched, afterMs: number): void {
    if (this.#closed) return;
    const at = performance.now() + afterMs;
    if (watched.flush !== undefined && watched.flush.at <= at) return;
    clearTimeout(watched.flush?.timer);
    watched.flush = { at, timer: setTimeout(() => this.#flush(watched), afterMs).unref() };
  }

  #flush(watched: Watched): void {
    watched.flush = undefined;
    const written = this.#write(watched).finally(() => this.#writing.delete(written));
    this.#writing.add(written);
  }

  /** Never rejects: what could not be written is written with what comes next. */
  async #write(watched: Watched): Promise<void> {
    const { db, clock, log } = this.#platform;
    const { observed, key } = watched;
    watched.observed = NOTHING;
    try {
      const health = await addObserved(db, key, clock.now(), observed);
      if (health === undefined) return;
      watched.breaker = health;
      if (health.retryAt === undefined && trips(health.calls, health.failures))
        await this.#open(watched, health);
    } catch (error) {
      const since = watched.observed;
      watched.observed = {
        calls: observed.calls + since.calls,
        failures: observed.failures + since.failures,
        lastSuccessAt: since.lastSuccessAt ?? observed.lastSuccessAt,
        lastFailureAt: since.lastFailureAt ?? observed.lastFailureAt,
        lastFailure: since.lastFailure ?? observed.lastFailure,
      };
      log.warn({ err: error, ...key }, 'the health of a connection cannot be written down; trying again');
      this.#schedule(watched, FLUSH_SUCCESS_MS);
    }
  }

  async #open(watched: Watched, { openings: seen, calls, failures, lastFailure }: Health): Promise<void> {
    const retryAt = new Date(this.#platform.clock.now().getTime() + openForMs(seen + 1));
    const opened = await changeBreaker(this.#platform.db, watched.key, { kind: 'open', seen, retryAt });
    if (opened === undefined) return;
    watched.breaker = opened;
    this.#platform.log.warn(
      { ...watched.key, calls, failures, lastFailure, retryAt },
      'a connection fails: nothing is sent by it until its breaker lets a request through',
    );
  }

  async #settleProbe(watched: Watched, kind: 'success' | 'failure', seen: number, now: Date): Promise<void> {
    const { db, log } = this.#platform;
    const retryAt = new Date(now.getTime() + openForMs(seen + 1));
    try {
      const changed = await changeBreaker(
        db,
        watched.key,
        kind === 'success' ? { kind: 'close' } : { kind: 'open', seen, retryAt },
      );
      if (changed === undefined) return;
      watched.breaker = changed;
      if (kind === 'success') {
        // Counted when the breaker was open: they are not to open it again.
        watched.observed = { ...watched.observed, calls: 1, failures: 0 };
        log.info(watched.key, 'a connection is well again');
      }
    } catch (error) {
      log.warn(
        { err: error, ...watched.key },
        'what a probe showed cannot be written down; there will be another',
      );
    }
  }
}
