import { createHash, randomBytes } from 'node:crypto';

import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/db/database.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import type { SessionHolder } from './holder.ts';
import {
  deleteSession,
  deleteSessionsOf,
  findSession,
  insertSession,
  touchSession,
} from './session-store.ts';
import type { SessionRow } from './session-store.ts';
import { holdPassword } from './user-store.ts';
import type { User } from './user-store.ts';

const IDLE_MS = 12 * 60 * 60 * 1_000;
export const SESSION_MS = 7 * 24 * 60 * 60 * 1_000;
/** Its use is noted once in this time, not with each request: idle time is exact to it. */
const NOTE_USE_EVERY_MS = 60_000;

export interface OpenedSession {
  /** For the cookie. */
  readonly token: string;
  readonly holder: SessionHolder;
}

/** Sessions of users. The token is in the cookie only; the database has its digest. */
export class Sessions {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /**
   * A new session for a user whose password was checked, in place of the one that the browser had before. Undefined
   * where the password was changed meanwhile. What has expired of this user is deleted on the way.
   */
  async open(user: User, previousToken: string | undefined): Promise<OpenedSession | undefined> {
    const token = randomBytes(32).toString('base64url');
    const now = this.#clock.now();
    return await inTransaction(this.#db, async (tx) => {
      if (!(await holdPassword(tx, user))) return undefined;
      await deleteSessionsOf(tx, user, expiry(now));
      if (previousToken !== undefined) await deleteSession(tx, digestOf(previousToken));
      await insertSession(tx, {
        digest: digestOf(token),
        workspaceId: user.workspaceId,
        userId: user.id,
        at: now,
      });
      return {
        token,
        holder: sessionHolder({ ...user, userId: user.id, userName: user.name, createdAt: now }),
      };
    });
  }

  /** Who has a token; undefined where it holds no longer: after 12 hours without a request, 7 days, or a log-out. */
  async find(token: string): Promise<SessionHolder | undefined> {
    const digest = digestOf(token);
    const now = this.#clock.now();
    const session = await findSession(this.#db, digest);
    const { created, used } = expiry(now);
    if (session === undefined || session.createdAt <= created || session.usedAt <= used) return undefined;
    if (now.getTime() - session.usedAt.getTime() >= NOTE_USE_EVERY_MS) {
      await touchSession(this.#db, digest, now);
    }
    return sessionHolder(session);
  }

  async end(token: string): Promise<void> {
    await deleteSession(this.#db, digestOf(token));
  }
}

function sessionHolder({
  workspaceId,
  userId,
  userName,
  createdAt,
}: Omit<SessionRow, 'usedAt'>): SessionHolder {
  const expiresAt = new Date(createdAt.getTime() + SESSION_MS);
  return { kind: 'session', workspaceId, userId, userName, expiresAt };
}

/** A session that was made or used last at these instants, or before them, has expired. */
function expiry(now: Date): { created: Date; used: Date } {
  return { created: new Date(now.getTime() - SESSION_MS), used: new Date(now.getTime() - IDLE_MS) };
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
