import type { loginEndpoints, sessionEndpoints } from '@laurel/contract';

import {
  endedSessionCookie,
  holderOf,
  readSessionCookie,
  readWorkspace,
  requestOrigin,
  sessionCookie,
} from '../access/index.ts';
import type { Holder, Logins, Sessions } from '../access/index.ts';
import { ok, problem } from '../platform/http/mount.ts';
import type { Handlers } from '../platform/http/mount.ts';
import type { Platform } from '../platform/platform.ts';

export interface AccessParts {
  readonly platform: Platform;
  readonly sessions: Sessions;
  readonly logins: Logins;
  /** As it is configured; undefined where the server is reached by the address that it listens on. */
  readonly publicUrl: string | undefined;
}

/** For requests of a browser from a page of another server. */
export const FOREIGN_ORIGIN = {
  status: 403,
  code: 'foreign-origin',
  title:
    'A request by session that changes something must come from a page of this server: Origin must be the public URL.',
} as const;

/** `POST /api/session`: the one endpoint before authentication. */
export function loginHandlers(parts: AccessParts): Handlers<typeof loginEndpoints> {
  const { platform, logins, publicUrl } = parts;
  return {
    'POST /api/session': async ({ body }, request) => {
      // Else a page elsewhere could log its visitors in as somebody of its choice, or guess through their browsers.
      if (requestOrigin(request.headers, publicUrl) === 'foreign') return problem(FOREIGN_ORIGIN);
      const previousToken = readSessionCookie(request.headers.cookie);
      const outcome = await logins.logIn({ ...body, address: request.ip, previousToken });
      switch (outcome.kind) {
        case 'logged-in': {
          const { token, holder } = outcome.session;
          const cookie = sessionCookie(token, isSecure(publicUrl));
          return ok(await identityOf(platform, holder), { 'set-cookie': cookie });
        }
        case 'refused':
          return REFUSED;
        case 'limited':
          return problem(
            { status: 429, code: 'too-many-logins', title: 'Too many logins failed. Try again later.' },
            { 'retry-after': String(outcome.retryAfterSeconds) },
          );
        case 'overloaded':
          return problem(
            { status: 503, code: 'overloaded', title: 'Too many log in at once. Try again in a moment.' },
            { 'retry-after': '1' },
          );
      }
    },
  };
}

const REFUSED = problem({
  status: 401,
  code: 'login-refused',
  title: 'There is no user with this name and password.',
});

export function sessionHandlers(parts: AccessParts): Handlers<typeof sessionEndpoints> {
  const { platform, sessions, publicUrl } = parts;
  return {
    'GET /api/session': async (_input, request) => ok(await identityOf(platform, holderOf(request))),
    'DELETE /api/session': async (_input, request) => {
      const token = readSessionCookie(request.headers.cookie);
      if (holderOf(request).kind !== 'session' || token === undefined) {
        return problem({
          status: 409,
          code: 'no-session',
          title: 'This request has an API key and no session that could be ended.',
        });
      }
      await sessions.end(token);
      return ok({}, { 'set-cookie': endedSessionCookie(isSecure(publicUrl)) });
    },
  };
}

function isSecure(publicUrl: string | undefined): boolean {
  return publicUrl?.startsWith('https:') ?? false;
}

async function identityOf({ db }: Platform, holder: Holder) {
  const workspace = await readWorkspace(db, holder.workspaceId);
  switch (holder.kind) {
    case 'session':
      return {
        kind: holder.kind,
        user: { name: holder.userName },
        workspace,
        expiresAt: holder.expiresAt.toISOString(),
      };
    case 'api-key':
      return { kind: holder.kind, workspace };
  }
}
