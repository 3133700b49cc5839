import { SESSION_MS } from './sessions.ts';

const NAME = 'laurel_session';
/** 32 random bytes in base64url. */
const COOKIE = /(?:^|;\s*)laurel_session=([\w-]{43})(?=\s*(?:;|$))/;

/** The token of the session in a `Cookie` header; undefined where there is none that could be one. */
export function readSessionCookie(header: string | undefined): string | undefined {
  return COOKIE.exec(header ?? '')?.[1];
}

/** The `Set-Cookie` header that hands a token out. `secure`: the server is reached by https. */
export function sessionCookie(token: string, secure: boolean): string {
  return written(token, SESSION_MS / 1_000, secure);
}

/** The `Set-Cookie` header that takes it back. */
export function endedSessionCookie(secure: boolean): string {
  return written('', 0, secure);
}

function written(value: string, maxAgeSeconds: number, secure: boolean): string {
  return `${NAME}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}
