import type { IncomingHttpHeaders } from 'node:http';

import type { Authenticator } from './authenticate.ts';
import type { Holder } from './holder.ts';
import { requestOrigin } from './request-origin.ts';
import { readSessionCookie } from './session-cookie.ts';
import type { Sessions } from './sessions.ts';

export type ApiAuthentication =
  | { readonly kind: 'authenticated'; readonly holder: Holder }
  | { readonly kind: 'refused'; readonly message: string }
  /** The browser has a session, and a page of another server sends the request, or none is named. */
  | { readonly kind: 'foreign-origin' };

/** Methods that change nothing: a page elsewhere can send them, and cannot read the answer. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Tells who sends a request to `/api`: whoever the `Authorization` header names, else the session of the cookie. */
export class ApiAuthenticator {
  readonly #authenticator: Authenticator;
  readonly #sessions: Sessions;
  readonly #publicUrl: string | undefined;

  constructor(authenticator: Authenticator, sessions: Sessions, publicUrl: string | undefined) {
    this.#authenticator = authenticator;
    this.#sessions = sessions;
    this.#publicUrl = publicUrl;
  }

  async authenticate(request: {
    readonly method: string;
    readonly headers: IncomingHttpHeaders;
  }): Promise<ApiAuthentication> {
    const { authorization, cookie } = request.headers;
    if (authorization !== undefined) {
      // A browser adds Basic by itself to what any page sends, as it does cookies; nothing adds Bearer by itself.
      if (!/^bearer\s/i.test(authorization)) {
        return { kind: 'refused', message: 'The Authorization header must be "Bearer <token or API key>".' };
      }
      return await this.#authenticator.hub(authorization);
    }
    const token = readSessionCookie(cookie);
    if (token === undefined) {
      return { kind: 'refused', message: 'Log in, or send an Authorization header "Bearer <API key>".' };
    }
    const holder = await this.#sessions.find(token);
    if (holder === undefined) return { kind: 'refused', message: 'The session has ended: log in again.' };
    if (!SAFE.has(request.method) && requestOrigin(request.headers, this.#publicUrl) !== 'own') {
      return { kind: 'foreign-origin' };
    }
    return { kind: 'authenticated', holder };
  }
}
