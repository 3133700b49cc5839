import type { Platform } from '../platform/platform.ts';
import { FailedLogins } from './failed-logins.ts';
import { LoginGate } from './login-gate.ts';
import { HASH_OF_NOBODY, verifyPassword } from './password-hash.ts';
import type { OpenedSession, Sessions } from './sessions.ts';
import { findUser } from './user-store.ts';

export interface LogIn {
  readonly user: string;
  readonly password: string;
  /** Where the request comes from. */
  readonly address: string;
  /** The token of the session that the browser has; the new one takes its place. */
  readonly previousToken: string | undefined;
}

export type LogInOutcome =
  | { readonly kind: 'logged-in'; readonly session: OpenedSession }
  /** No such user, or another password: which of them is not told, by the time it takes neither. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'limited'; readonly retryAfterSeconds: number }
  /** More logins wait than passwords can be checked. */
  | { readonly kind: 'overloaded' };

/** Opens sessions for names and passwords. One for the whole process: it bounds what logins cost. */
export class Logins {
  readonly #platform: Platform;
  readonly #sessions: Sessions;
  readonly #failed: FailedLogins;
  readonly #gate = new LoginGate();

  constructor(platform: Platform, sessions: Sessions) {
    this.#platform = platform;
    this.#sessions = sessions;
    this.#failed = new FailedLogins(platform.clock);
  }

  async logIn(input: LogIn): Promise<LogInOutcome> {
    const { log } = this.#platform;
    const permit = this.#failed.begin(input);
    if (permit.kind === 'limited') {
      log.warn({ address: input.address }, 'a login was refused: too many failed');
      return permit;
    }
    let wrong = false;
    try {
      const outcome = await this.#gate.pass(async () => await this.#check(input));
      if (outcome === 'full') return { kind: 'overloaded' };
      wrong = outcome.kind === 'refused';
      return outcome;
    } finally {
      // Also where no password was checked, as while the database is away: nothing was guessed.
      if (!wrong) permit.takeBack();
    }
  }

  async #check({ user: name, password, address, previousToken }: LogIn): Promise<LogInOutcome> {
    const { db, log } = this.#platform;
    const user = await findUser(db, name);
    const matches = await verifyPassword(password, user?.passwordHash ?? HASH_OF_NOBODY);
    const session =
      user !== undefined && matches ? await this.#sessions.open(user, previousToken) : undefined;
    // A name that nobody has is not logged: people type their password into the wrong field.
    const subject = { address, workspaceId: user?.workspaceId, userId: user?.id };
    if (session === undefined) {
      log.warn(subject, 'a login was refused: no such user and password');
      return { kind: 'refused' };
    }
    log.info(subject, 'a user logged in');
    return { kind: 'logged-in', session };
  }
}
