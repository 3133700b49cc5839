import { randomFillSync } from 'node:crypto';

import { sql } from 'kysely';
import { v7 } from 'uuid';

import type { Database } from './db/database.ts';

const RANDOM_BYTES = 16;
/** Randomness is drawn for 1,024 ids at a time: drawn for 16, as the library does, it was 5 % of the pipeline's CPU. */
const pool = new Uint8Array(1_024 * RANDOM_BYTES);
let drawn = pool.length;
let msecs = 0;
let seq = 0;

/** A new uuid v7: ordered by time, and within a process by their making, so that rows made together lie together. */
export function newId(): string {
  if (drawn === pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  const random = pool.subarray(drawn, (drawn += RANDOM_BYTES));
  const now = Date.now();
  if (now > msecs) {
    msecs = now;
    // 31 random bits leave room for as many ids within the millisecond.
    seq =
      ((random[0] ?? 0) << 23) |
      ((random[1] ?? 0) << 15) |
      ((random[2] ?? 0) << 7) |
      ((random[3] ?? 0) & 127);
  } else {
    seq++;
  }
  return v7({ random, msecs, seq });
}

/** How many numbers are taken from the database at a time. A process that dies loses at most this many. */
const BLOCK = 1_000;

/**
 * Numeric ids for the surfaces whose clients demand them. They are taken in blocks from a row per kind, because a
 * sequence is slow on the distributed engines and because some clients keep the id in 32 bits.
 */
export class NumericIds {
  readonly #db: Database;
  readonly #free = new Map<string, number[]>();
  readonly #refill = new Map<string, Promise<void>>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** `count` ids of a kind, each of them never given out before. */
  async take(kind: string, count = 1): Promise<number[]> {
    const taken: number[] = [];
    while (taken.length < count) {
      const free = this.#free.get(kind);
      if (free !== undefined && free.length > 0) taken.push(...free.splice(0, count - taken.length));
      else await this.#fill(kind, count - taken.length);
    }
    return taken;
  }

  /** One id of a kind. */
  async next(kind: string): Promise<number> {
    const [id] = await this.take(kind);
    if (id === undefined) throw new Error(`no numeric id of kind ${kind}`);
    return id;
  }

  async #fill(kind: string, wanted: number): Promise<void> {
    const running = this.#refill.get(kind);
    if (running !== undefined) return await running;
    const refill = this.#takeBlock(kind, Math.max(BLOCK, wanted));
    this.#refill.set(kind, refill);
    try {
      await refill;
    } finally {
      this.#refill.delete(kind);
    }
  }

  async #takeBlock(kind: string, size: number): Promise<void> {
    const { rows } = await sql<{ next_id: string }>`
      insert into numeric_id_block (kind, next_id) values (${kind}, ${size + 1})
      on conflict (kind) do update set next_id = numeric_id_block.next_id + ${size}
      returning next_id`.execute(this.#db);
    const end = Number(rows[0]?.next_id);
    const block = Array.from({ length: size }, (_, index) => end - size + index);
    this.#free.set(kind, [...(this.#free.get(kind) ?? []), ...block]);
  }
}
