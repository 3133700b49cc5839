import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { Client } from 'pg';

import { codeOf, textOf } from './outcome.ts';
import { isAlive } from './process-identity.ts';

/**
 * Which processes use a server is kept in the server itself: each one holds a session with a shared advisory lock.
 * The operating system ends the session of a killed process, so nobody is counted who is gone, and the one who gets
 * the lock for himself knows that he is the last and that nobody joins until the server is down. (This is about our
 * own PostgreSQL only; nothing of it goes to a server that DATABASE_URL names.)
 */
const LOCK = '(1279350098, 1)';
/** Followed by the number of the process. */
const APPLICATION = 'laurel-launcher-';
const RETRY_MS = 250;
const UNNOTICED_MS = 5_000;
const TRY_EVERY_MS = 20;

export type Joined =
  | { readonly kind: 'joined'; readonly use: ServerUse }
  /** It is not to be had now: it is starting, stopping, or full. */
  | { readonly kind: 'not-now'; readonly reason: string }
  | { readonly kind: 'password-rejected' };

interface Session {
  readonly kind: 'held';
  readonly client: Client;
  readonly socket: Socket;
  /** As `18.4`. */
  readonly version: string;
}

/**
 * Joins those who use the server that `connectionString` leads to. `isUp` says whether that server still runs. The
 * session never keeps this process alive by itself.
 */
export async function joinServer(connectionString: string, isUp: () => boolean): Promise<Joined> {
  const session = await openSession(connectionString);
  return session.kind === 'held'
    ? { kind: 'joined', use: new ServerUse(session, connectionString, isUp) }
    : session;
}

/** This process's use of a server. */
export class ServerUse {
  readonly version: string;
  readonly #connectionString: string;
  readonly #isUp: () => boolean;
  #session: Session | undefined;
  #left = false;
  #rejoining: Promise<void> | undefined;

  constructor(session: Session, connectionString: string, isUp: () => boolean) {
    this.version = session.version;
    this.#connectionString = connectionString;
    this.#isUp = isUp;
    this.#hold(session);
  }

  /** Leaves. True: nobody else uses the server, nobody can join any more, and it is the caller's to stop. */
  async leave(): Promise<boolean> {
    this.#left = true;
    const session = this.#session ?? (await openSession(this.#connectionString));
    // A server that takes no session serves nobody else either.
    if (session.kind !== 'held') return true;
    const { client, socket } = session;
    try {
      socket.ref();
      await client.query('select pg_advisory_unlock_all()');
      // What runs in its place since it died is not the caller's to stop.
      const last = this.#isUp() && (await becomesLast(client));
      if (last) socket.unref();
      else await client.end();
      return last;
    } catch {
      // It went down in the meantime, or goes down now.
      return true;
    }
  }

  /** Gives up a server that is gone: this never joins whatever comes up at its address. */
  async abandon(): Promise<void> {
    this.#left = true;
    this.#session?.socket.destroy();
    await this.#rejoining;
  }

  #hold(session: Session): void {
    this.#session = session;
    session.socket.unref();
    session.client.once('end', () => {
      this.#session = undefined;
      this.#rejoining = this.#rejoin();
    });
  }

  /** After one of its processes crashed the server ends all sessions and goes on: then we still are a user. */
  async #rejoin(): Promise<void> {
    while (!this.#left && this.#isUp()) {
      const session = await openSession(this.#connectionString);
      if (session.kind === 'held') {
        if (this.#left) await session.client.end();
        else this.#hold(session);
        return;
      }
      await delay(RETRY_MS, undefined, { ref: false });
    }
  }
}

/**
 * Takes the lock for itself unless a live process holds it. The server notices only after a moment, longer on a busy
 * machine, that a process was killed: for that it waits.
 */
async function becomesLast(client: Client): Promise<boolean> {
  const until = performance.now() + UNNOTICED_MS;
  for (;;) {
    const { rows } = await client.query<{ last: boolean }>(`select pg_try_advisory_lock${LOCK} as last`);
    if (rows[0]?.last === true) return true;
    const others = await client.query<{ name: string }>(
      `select application_name as name from pg_locks join pg_stat_activity using (pid)
       where locktype = 'advisory' and (classid, objid) = ${LOCK} and pid <> pg_backend_pid()`,
    );
    const pids = others.rows.map(({ name }) => Number(name.replace(APPLICATION, '')));
    if (pids.some(isAlive) || performance.now() > until) return false;
    await delay(TRY_EVERY_MS);
  }
}

async function openSession(connectionString: string): Promise<Session | Exclude<Joined, { kind: 'joined' }>> {
  const socket = new Socket();
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: 5_000,
    application_name: `${APPLICATION}${process.pid}`,
    stream: () => socket,
  });
  // A session that breaks is noticed by its end.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string; granted: boolean }>(
      `select current_setting('server_version') as version, pg_try_advisory_lock_shared${LOCK} as granted`,
    );
    const [row] = rows;
    // The version may be followed by the name of who built it.
    if (row?.granted === true) {
      return { kind: 'held', client, socket, version: row.version.replace(/ .*/, '') };
    }
    await client.end();
    return { kind: 'not-now', reason: 'another process is stopping it' };
  } catch (error) {
    socket.destroy();
    return codeOf(error) === '28P01'
      ? { kind: 'password-rejected' }
      : { kind: 'not-now', reason: textOf(error) };
  }
}
