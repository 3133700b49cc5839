import type { Clock } from '../platform/clock.ts';
import type { SecretBox } from '../platform/crypto/secret-box.ts';
import type { ApiKeys, KeyHolder } from './api-keys.ts';
import { verifyLoginToken } from './login-token.ts';
import type { LoginToken } from './login-token.ts';

export type Authentication =
  | { readonly kind: 'authenticated'; readonly holder: KeyHolder }
  | { readonly kind: 'refused'; readonly message: string };

const TOKEN_CACHE_LIMIT = 10_000;

/** Tells who sends a request, from its `Authorization` header. */
export class Authenticator {
  readonly #keys: ApiKeys;
  readonly #secrets: SecretBox;
  readonly #clock: Clock;
  /** Verifying a signature costs tens of microseconds, at thousands of requests a second with one token. */
  readonly #verified = new Map<string, LoginToken>();

  constructor(keys: ApiKeys, secrets: SecretBox, clock: Clock) {
    this.#keys = keys;
    this.#secrets = secrets;
    this.#clock = clock;
  }

  /**
   * The hub: `Bearer <login token>`, `Bearer <workspace API key>` or `Basic base64(<workspace guid>:<API key>)`.
   */
  async hub(header: string | undefined): Promise<Authentication> {
    if (header === undefined) return refused('The Authorization header is missing.');
    const [, scheme = '', value = ''] = /^(\S+)\s+(\S+)$/.exec(header.trim()) ?? [];
    switch (scheme.toLowerCase()) {
      case 'bearer':
        return await this.#bearer(value);
      case 'basic':
        return await this.#basic(value);
      default:
        return refused(
          'The Authorization header must be "Bearer <token>" or "Basic <workspace guid and API key>".',
        );
    }
  }

  /**
   * The issuer, in the four shapes that its clients send: `Token token=KEY`, `Token token="KEY"`, `Token KEY` and
   * `Bearer KEY`.
   */
  async issuer(header: string | undefined): Promise<Authentication> {
    const key = /^(?:token|bearer)\s+(?:token=)?"?([^"\s,]+)"?\s*$/i.exec(header?.trim() ?? '')?.[1];
    const holder = key === undefined ? undefined : await this.#keys.find('issuer', key);
    return holder === undefined ? refused('HTTP Token: Access denied.') : { kind: 'authenticated', holder };
  }

  async #bearer(value: string): Promise<Authentication> {
    const token = await this.#token(value);
    if (token !== undefined) {
      const holder = await this.#keys.findById('hub', token.keyId);
      return holder === undefined
        ? refused('The API key of this token was revoked.')
        : { kind: 'authenticated', holder };
    }
    const holder = await this.#keys.find('hub', value);
    return holder === undefined
      ? refused('The token is not valid or has expired: log in again at /uauth/v2/auth/login/profile.')
      : { kind: 'authenticated', holder };
  }

  async #token(value: string): Promise<LoginToken | undefined> {
    // A token has two dots, an API key none.
    if (!value.includes('.')) return undefined;
    const known = this.#verified.get(value);
    const now = this.#clock.now().getTime();
    if (known !== undefined) {
      if (known.expiresAt > now) return known;
      this.#verified.delete(value);
      return undefined;
    }
    const token = await verifyLoginToken(this.#secrets.tokenKey, this.#clock, value);
    if (token === undefined) return undefined;
    if (this.#verified.size >= TOKEN_CACHE_LIMIT) this.#verified.clear();
    this.#verified.set(value, token);
    return token;
  }

  async #basic(value: string): Promise<Authentication> {
    const decoded = Buffer.from(value, 'base64').toString('utf8');
    const colon = decoded.indexOf(':');
    const guid = decoded.slice(0, Math.max(colon, 0));
    const holder = colon < 1 ? undefined : await this.#keys.find('hub', decoded.slice(colon + 1));
    if (holder === undefined || holder.workspaceGuid !== guid.toLowerCase()) {
      return refused('The workspace guid and the API key do not belong together.');
    }
    return { kind: 'authenticated', holder };
  }
}

function refused(message: string): Authentication {
  return { kind: 'refused', message };
}
