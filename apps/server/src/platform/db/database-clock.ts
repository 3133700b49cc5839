import { sql } from 'kysely';

import type { Clock } from '../clock.ts';
import { isDatabaseAway } from '../http/failure.ts';
import type { Log } from '../log.ts';
import type { Database } from './database.ts';

/** How soon a step of the database's own clock is followed. */
const ASK_EVERY_MS = 5_000;

/** A look at the database's clock, which showed `at` (ms since 1970) somewhere between two moments of our monotonic one. */
export interface Look {
  readonly before: number;
  readonly at: number;
  readonly after: number;
}

/**
 * What is to be added to the monotonic clock to have the database's time. What was known stays, as far as the look
 * allows it: looks take different times, and the clock would tremble if it followed each.
 */
export function offsetBy({ before, at, after }: Look, known: number | undefined): number {
  const [least, most] = [at - after, at - before];
  return Math.min(most, Math.max(least, known ?? (least + most) / 2));
}

export interface DatabaseClock extends Clock {
  close(): void;
}

/**
 * The time of the database, which is one for all processes, also where it cannot be reached for a while. Processes whose
 * machines disagree, or whose clocks are put forward or back, would otherwise end paths of each other, wait for hours
 * instead of seconds, and take requests for over that are under way.
 */
export async function openDatabaseClock(db: Database, log: Log): Promise<DatabaseClock> {
  let offset = offsetBy(await lookAt(db), undefined);
  const ask = async (): Promise<void> => {
    try {
      offset = offsetBy(await lookAt(db), offset);
    } catch (error) {
      // Until it is back, the time goes on by our own monotonic clock.
      if (!isDatabaseAway(error)) log.error({ err: error }, 'the database does not tell the time');
    }
  };
  const timer = setInterval(() => void ask(), ASK_EVERY_MS);
  return {
    now: () => new Date(offset + performance.now()),
    close: () => clearInterval(timer),
  };
}

async function lookAt(db: Database): Promise<Look> {
  const before = performance.now();
  const { rows } = await sql<{ at: string }>`
    select extract(epoch from clock_timestamp()) * 1000 as at`.execute(db);
  return { before, at: Number(rows[0]?.at), after: performance.now() };
}
