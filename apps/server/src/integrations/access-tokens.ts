import type { Dispatcher } from 'undici';

import type { Clock } from '../platform/clock.ts';
import { egressRefusedIn } from '../platform/egress/index.ts';
import type { ConnectionSecret, OpenConnection } from './connection.ts';
import { errorText } from './error-text.ts';
import { exchange } from './exchange.ts';
import { member, parseJson } from './json.ts';
import { clientCredentials, maskText, secretTexts } from './mask.ts';

export type TokenOutcome =
  | { readonly kind: 'token'; readonly value: string }
  /** The token endpoint does not accept the client: asking again changes nothing. */
  | { readonly kind: 'refused'; readonly error: string }
  /** It could not be asked now. */
  | { readonly kind: 'unavailable'; readonly error: string };

type Settings = Extract<OpenConnection['settings'], { authentication: 'oauth2' }>;

interface Held {
  readonly revision: number;
  readonly value: string;
  /** From then on it is renewed beside its use. */
  readonly renewAt: number;
  /** From then on it is not used any more. */
  readonly expiresAt: number;
}

const TIMEOUT_MS = 10_000;
const RESPONSE_BYTES = 64 * 1024;
/** So long before its end a token is renewed, or a fifth of its life before where that is shorter. */
const RENEW_BEFORE_MS = 60_000;
/** So long before its end it is not used any more: the request has to arrive with it. */
const EXPIRE_BEFORE_MS = 5_000;
/** How long a failure answers for: a batch of requests is not to ask once each. */
const FAILURE_MS = 1_000;

/**
 * Access tokens of `oauth2` connections (client credentials, RFC 6749, 4.4). They are kept in memory only. Whoever needs
 * one while it is being fetched waits for that one fetch.
 */
export class AccessTokens {
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();
  readonly #fetches = new Map<
    string,
    { readonly revision: number; readonly outcome: Promise<TokenOutcome> }
  >();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A token that is valid now. */
  async get(
    dispatcher: Dispatcher,
    connection: OpenConnection,
    secret: ConnectionSecret,
  ): Promise<TokenOutcome> {
    const now = this.#clock.now().getTime();
    const held = this.#heldOf(connection);
    if (held === undefined || held.expiresAt <= now) return await this.#fetch(dispatcher, connection, secret);
    if (held.renewAt <= now) void this.#fetch(dispatcher, connection, secret);
    return { kind: 'token', value: held.value };
  }

  /** A token other than the one that was not accepted: where somebody has renewed it since, theirs. */
  async renew(
    dispatcher: Dispatcher,
    connection: OpenConnection,
    secret: ConnectionSecret,
    refused: string,
  ): Promise<TokenOutcome> {
    const held = this.#heldOf(connection);
    return held !== undefined && held.value !== refused
      ? { kind: 'token', value: held.value }
      : await this.#fetch(dispatcher, connection, secret);
  }

  forget(id: string): void {
    this.#held.delete(id);
  }

  #heldOf({ id, revision }: OpenConnection): Held | undefined {
    const held = this.#held.get(id);
    return held?.revision === revision ? held : undefined;
  }

  async #fetch(
    dispatcher: Dispatcher,
    connection: OpenConnection,
    secret: ConnectionSecret,
  ): Promise<TokenOutcome> {
    const { id, revision, settings } = connection;
    const present = this.#fetches.get(id);
    if (present?.revision === revision) return await present.outcome;
    if (settings.authentication !== 'oauth2') throw new Error(`connection ${id} has no access token`);
    const outcome = this.#ask(dispatcher, connection, settings, secret);
    const fetch = { revision, outcome };
    this.#fetches.set(id, fetch);
    const end = (): void => {
      if (this.#fetches.get(id) === fetch) this.#fetches.delete(id);
    };
    const { kind } = await outcome;
    if (kind === 'token') end();
    else setTimeout(end, FAILURE_MS).unref();
    return await outcome;
  }

  /** Never rejects. */
  async #ask(
    dispatcher: Dispatcher,
    connection: OpenConnection,
    settings: Settings,
    secret: ConnectionSecret,
  ): Promise<TokenOutcome> {
    const answer = await exchange(dispatcher, tokenRequest(settings, secret), {
      timeoutMs: TIMEOUT_MS,
      maxResponseBytes: RESPONSE_BYTES,
    });
    const secrets = secretTexts(settings, secret, undefined);
    if (answer.kind === 'failed') {
      const refusal = egressRefusedIn(answer.error)?.refusal;
      const error = maskText(`no access token: ${refusal?.message ?? errorText(answer.error)}`, secrets);
      return { kind: refusal === undefined ? 'unavailable' : 'refused', error };
    }
    const body = parseJson(answer.body.toString('utf8'));
    if (answer.status !== 200) {
      const code = member(body, 'error');
      const known = typeof code === 'string' && /^[a-z_]{1,64}$/.test(code) ? ` (${code})` : '';
      const error = `no access token: the token endpoint answered ${answer.status}${known}`;
      const final = answer.status >= 400 && answer.status < 500 && ![408, 425, 429].includes(answer.status);
      return { kind: final ? 'refused' : 'unavailable', error };
    }
    const value = member(body, 'access_token');
    const type = member(body, 'token_type');
    if (typeof value !== 'string' || !/^[\x21-\x7E]{1,16384}$/.test(value))
      return {
        kind: 'unavailable',
        error: 'no access token: the token endpoint answered in an unknown shape',
      };
    if (typeof type === 'string' && type.toLowerCase() !== 'bearer')
      return {
        kind: 'refused',
        error: 'no access token: the token endpoint gives tokens that are not bearer tokens',
      };
    this.#held.set(connection.id, this.#hold(connection.revision, value, member(body, 'expires_in')));
    return { kind: 'token', value };
  }

  #hold(revision: number, value: string, expiresIn: unknown): Held {
    const seconds = Number(expiresIn);
    // Some endpoints tell no lifetime: such a token is used until it is refused.
    if (expiresIn === undefined || expiresIn === null || !Number.isFinite(seconds) || seconds < 0)
      return { revision, value, renewAt: Infinity, expiresAt: Infinity };
    const now = this.#clock.now().getTime();
    const lifeMs = seconds * 1_000;
    return {
      revision,
      value,
      renewAt: now + lifeMs - Math.min(RENEW_BEFORE_MS, lifeMs / 5),
      expiresAt: now + lifeMs - Math.min(EXPIRE_BEFORE_MS, lifeMs / 10),
    };
  }
}

function tokenRequest(settings: Settings, secret: ConnectionSecret) {
  const { tokenUrl, clientId, scope, audience, clientAuthentication } = settings;
  const inBody = clientAuthentication === 'body';
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope !== undefined && { scope }),
    ...(audience !== undefined && { audience }),
    ...(inBody && { client_id: clientId, client_secret: secret.value }),
  });
  return {
    method: 'POST' as const,
    url: new URL(tokenUrl),
    headers: {
      'user-agent': 'Laurel',
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      ...(!inBody && { authorization: clientCredentials(clientId, secret.value) }),
    },
    body: form.toString(),
  };
}
