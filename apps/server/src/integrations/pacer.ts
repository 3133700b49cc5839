import type { Pacing } from '@laurel/contract';

import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import type { OpenConnection } from './connection.ts';
import { freeAt, SLOTS, slotMs } from './pacing.ts';
import { RetryTimes } from './retry-times.ts';
import type { Shortage } from './retry-times.ts';
import { shareOut } from './share-out.ts';
import { MAX_WAIT_MS, Turns } from './turns.ts';
import { releaseShare, reservePermits } from './window-store.ts';
import type { Reserved } from './window-store.ts';

/** How many requests of a workflow may leave now. The others are to be asked for again at `retryAt`. */
export interface Grant {
  readonly granted: number;
  /** Undefined where all were granted. */
  readonly retryAt: Date | undefined;
  readonly reason: 'paced' | 'breaker-open' | undefined;
}

/** A turn to send: after `go`, `end` has to be called once, with how long the request took. */
export type Turn =
  | { readonly kind: 'go'; readonly waitedMs: number; readonly end: (durationMs: number) => void }
  | { readonly kind: 'busy' | 'cancelled'; readonly waitedMs: number };

/** A permit that was granted and not used counts for so long. */
const GRANT_MS = 60_000;
/** A lease outlasts the longest request, and what it may wait before it, by so much. */
const LEASE_BEYOND_MS = 60_000;
/** A process that has had nothing to send for so long gives its share of the concurrency back. */
const IDLE_MS = 1_000;
const FIRST_LATENCY_MS = 500;
const LEAST_WAIT_MS = 100;
const MOST_WAIT_MS = 5_000;

/** What a process knows of a paced connection. */
interface Lane {
  readonly workspaceId: string;
  readonly connectionId: string;
  readonly turns: Turns;
  readonly times: RetryTimes;
  pacing: Pacing;
  /** Permits that were granted and whose requests have not come yet, oldest first. */
  granted: { readonly at: number; count: number }[];
  /** Until when the share of the concurrency is ours, as `performance.now()` tells time. */
  leaseUntil: number;
  latencyMs: number;
  batches: number;
  /** One reservation at a time: each counts what the one before was given. */
  last: Promise<unknown>;
  idle: NodeJS.Timeout | undefined;
}

/**
 * The pacing of connections, over all processes by a row in the database and among the requests of this one by turns.
 * One reservation serves a whole batch.
 */
export class Pacer {
  readonly #platform: Platform;
  readonly #holder = newId();
  readonly #lanes = new Map<string, Lane>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** Asks for permits, by workflow. `timeoutMs` is that of the connection's requests. */
  async permits(
    connection: OpenConnection,
    pacing: Pacing,
    counts: ReadonlyMap<string, number>,
    timeoutMs: number,
  ): Promise<ReadonlyMap<string, Grant>> {
    const lane = this.#laneOf(connection, pacing);
    const wanted = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const reserved = await this.#reserve(lane, { wanted, entering: 0, timeoutMs });
    const shares = shareOut(reserved?.granted ?? 0, counts, lane.batches++);
    const refused = new Map<string, number>();
    for (const [workflowId, count] of counts) {
      const left = count - (shares.get(workflowId) ?? 0);
      if (left > 0) refused.set(workflowId, left);
    }
    const times = lane.times.assign(refused, this.#shortage(lane, reserved));
    return new Map(
      [...shares].map(([workflowId, granted]): [string, Grant] => {
        const retryAt = times.get(workflowId);
        return [workflowId, { granted, retryAt, reason: retryAt === undefined ? undefined : 'paced' }];
      }),
    );
  }

  /** Waits for a request's turn; at once where the connection is not paced. */
  async enter(connection: OpenConnection, timeoutMs: number, signal: AbortSignal | undefined): Promise<Turn> {
    const lane = this.#lanes.get(connection.id);
    if (lane === undefined) return { kind: 'go', waitedMs: 0, end: () => undefined };
    take(lane, 1);
    if (!(await this.#keepLease(lane, timeoutMs))) return { kind: 'busy', waitedMs: 0 };
    const turn = await lane.turns.enter(signal);
    if (turn.kind !== 'go') return turn;
    const end = (durationMs: number): void => {
      lane.latencyMs += (durationMs - lane.latencyMs) / 8;
      lane.turns.end();
      this.#watchIdle(lane);
    };
    return { ...turn, kind: 'go', end };
  }

  /** Whether the share of the concurrency is ours for as long as a request may take from now. Never rejects. */
  async #keepLease(lane: Lane, timeoutMs: number): Promise<boolean> {
    const needed = performance.now() + timeoutMs + MAX_WAIT_MS;
    if (lane.pacing.concurrency === undefined || lane.leaseUntil >= needed) return true;
    try {
      await this.#reserve(lane, { wanted: 0, entering: 1, timeoutMs });
      return true;
    } catch (error) {
      const { workspaceId, connectionId } = lane;
      this.#platform.log.warn(
        { err: error, workspaceId, connectionId },
        'the share of a paced connection could not be extended; its request is not sent now',
      );
      return false;
    }
  }

  /** Permits whose requests are not sent after all. What they took of the window stays taken. */
  giveBack(connection: OpenConnection, count: number): void {
    const lane = this.#lanes.get(connection.id);
    if (lane === undefined) return;
    take(lane, count);
    this.#watchIdle(lane);
  }

  /** The connection is paced no more. */
  forget(id: string): void {
    const lane = this.#lanes.get(id);
    if (lane === undefined || busyOf(lane) > 0) return;
    clearTimeout(lane.idle);
    this.#lanes.delete(id);
  }

  /** Gives all shares back. */
  async close(): Promise<void> {
    const lanes = [...this.#lanes.values()];
    this.#lanes.clear();
    for (const lane of lanes) {
      clearTimeout(lane.idle);
      lane.granted = [];
    }
    await Promise.all(lanes.map(async (lane) => await this.#release(lane)));
  }

  #laneOf({ workspaceId, id }: OpenConnection, pacing: Pacing): Lane {
    const present = this.#lanes.get(id);
    if (present !== undefined) {
      present.pacing = pacing;
      return present;
    }
    const lane: Lane = {
      workspaceId,
      connectionId: id,
      turns: new Turns(),
      times: new RetryTimes(),
      pacing,
      granted: [],
      leaseUntil: 0,
      latencyMs: FIRST_LATENCY_MS,
      batches: 0,
      last: Promise.resolve(),
      idle: undefined,
    };
    this.#lanes.set(id, lane);
    return lane;
  }

  async #reserve(
    lane: Lane,
    input: { readonly wanted: number; readonly entering: number; readonly timeoutMs: number },
  ): Promise<Reserved | undefined> {
    const reserved = lane.last.then(async () => await this.#reserveNow(lane, input));
    // Who comes next counts on from here, also where this one failed.
    lane.last = reserved.catch(() => undefined);
    return await reserved;
  }

  async #reserveNow(
    lane: Lane,
    input: { readonly wanted: number; readonly entering: number; readonly timeoutMs: number },
  ): Promise<Reserved | undefined> {
    const { workspaceId, connectionId, pacing, turns } = lane;
    clearTimeout(lane.idle);
    const { sending } = turns;
    // What starts meanwhile would not be counted, and the share may come out smaller than before.
    if (pacing.concurrency !== undefined) turns.limitTo(sending);
    const leaseMs = input.timeoutMs + MAX_WAIT_MS + LEASE_BEYOND_MS;
    const began = performance.now();
    const reserved = await reservePermits(this.#platform.db, {
      workspaceId,
      connectionId,
      pacing,
      holder: this.#holder,
      wanted: input.wanted,
      busy: busyOf(lane) + input.entering,
      sending,
      leaseMs,
    });
    turns.limitTo(reserved?.slots ?? Infinity);
    lane.leaseUntil = began + leaseMs;
    if (reserved !== undefined && reserved.granted > 0)
      lane.granted.push({ at: performance.now(), count: reserved.granted });
    this.#watchIdle(lane);
    return reserved;
  }

  #shortage({ pacing, latencyMs }: Lane, reserved: Reserved | undefined): Shortage {
    const nowMs = this.#platform.clock.now().getTime();
    const free = reserved && freeAt(pacing, reserved, reserved.nowMs);
    // Permits are left, and what was granted before is still under way.
    const soon = Math.min(Math.max(latencyMs, LEAST_WAIT_MS), MOST_WAIT_MS);
    return {
      nowMs,
      freeMs: nowMs + (reserved === undefined || free === undefined ? soon : free - reserved.nowMs),
      permitMs: Math.max(
        (slotMs(pacing) * SLOTS) / pacing.limit,
        reserved?.slots === undefined ? 0 : latencyMs / Math.max(1, reserved.slots),
      ),
    };
  }

  #watchIdle(lane: Lane): void {
    clearTimeout(lane.idle);
    if (lane.pacing.concurrency === undefined || busyOf(lane) > 0) return;
    lane.idle = setTimeout(() => void this.#release(lane), IDLE_MS).unref();
  }

  async #release(lane: Lane): Promise<void> {
    const released = lane.last.then(async () => await this.#releaseNow(lane));
    lane.last = released;
    await released;
  }

  /** Never rejects: a share that cannot be given back is free when its lease has passed. */
  async #releaseNow(lane: Lane): Promise<void> {
    const { workspaceId, connectionId, turns } = lane;
    if (lane.leaseUntil === 0 || busyOf(lane) > 0) return;
    turns.limitTo(0);
    lane.leaseUntil = 0;
    try {
      await releaseShare(this.#platform.db, { workspaceId, connectionId, holder: this.#holder });
    } catch (error) {
      this.#platform.log.warn(
        { err: error, workspaceId, connectionId },
        'the share of a paced connection could not be given back; others have it when its lease has passed',
      );
    }
  }
}

function take(lane: Lane, count: number): void {
  let left = count;
  while (left > 0) {
    const [oldest] = lane.granted;
    if (oldest === undefined) return;
    const taken = Math.min(left, oldest.count);
    oldest.count -= taken;
    left -= taken;
    if (oldest.count === 0) lane.granted.shift();
  }
}

/** Requests that were granted and have not ended. */
function busyOf(lane: Lane): number {
  const expired = performance.now() - GRANT_MS;
  lane.granted = lane.granted.filter(({ at }) => at > expired);
  return lane.granted.reduce((sum, { count }) => sum + count, lane.turns.size);
}
