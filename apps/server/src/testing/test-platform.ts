import type { Clock } from '../platform/clock.ts';
import { SecretBox } from '../platform/crypto/secret-box.ts';
import type { Database } from '../platform/db/database.ts';
import { parseEgressAllow } from '../platform/egress/index.ts';
import type { EgressPolicy } from '../platform/egress/index.ts';
import { newId, NumericIds } from '../platform/ids.ts';
import { createLog } from '../platform/log.ts';
import type { Platform } from '../platform/platform.ts';

/** A clock that a test sets. It stands still otherwise. */
export class TestClock implements Clock {
  #now: Date;

  constructor(now: string) {
    this.#now = new Date(now);
  }

  now(): Date {
    return this.#now;
  }

  set(now: string): void {
    this.#now = new Date(now);
  }

  advance(ms: number): void {
    this.#now = new Date(this.#now.getTime() + ms);
  }
}

/** A platform on a test's database. The log is silent below `fatal`: faults show as failed expectations. */
export function testPlatform(db: Database, clock: Clock = new TestClock('2026-11-24T12:00:00Z')): Platform {
  return {
    db,
    clock,
    log: createLog('fatal'),
    numericIds: new NumericIds(db),
    secrets: new SecretBox('a master key for tests, long enough'),
    checkpoint: () => undefined,
  };
}

/** A workspace of the test's own. */
export async function testWorkspace(db: Database): Promise<string> {
  const id = newId();
  await db.insertInto('workspace').values({ id, guid: newId(), name: 'Test' }).execute();
  return id;
}

/** The egress policy of a server whose LAUREL_EGRESS_ALLOW is this. */
export function allowing(setting: string, ownOrigins: () => readonly string[] = () => []): EgressPolicy {
  const outcome = parseEgressAllow(setting, ownOrigins);
  if (outcome.kind === 'invalid') throw new Error(outcome.problems.join('; '));
  return outcome.policy;
}
