import { errors, jwtVerify, SignJWT } from 'jose';

import type { Clock } from '../platform/clock.ts';

/** The shorter of the two documented lifetimes; a client decodes `exp` or logs in again on 401. */
const LIFETIME_SECONDS = 60 * 60;
const AUDIENCE = 'laurel-hub';

/** Signs the token that a workspace API key is exchanged for. */
export async function signLoginToken(tokenKey: Uint8Array, clock: Clock, keyId: string): Promise<string> {
  const now = Math.floor(clock.now().getTime() / 1000);
  return await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(keyId)
    .setAudience(AUDIENCE)
    .setIssuedAt(now)
    .setExpirationTime(now + LIFETIME_SECONDS)
    .sign(tokenKey);
}

/** What a verified token says: the key it was made from, and until when (epoch ms) it holds. */
export interface LoginToken {
  readonly keyId: string;
  readonly expiresAt: number;
}

/** Checks signature, audience and time; undefined for any token that does not hold. */
export async function verifyLoginToken(
  tokenKey: Uint8Array,
  clock: Clock,
  token: string,
): Promise<LoginToken | undefined> {
  try {
    const { payload } = await jwtVerify(token, tokenKey, {
      algorithms: ['HS256'],
      audience: AUDIENCE,
      currentDate: clock.now(),
    });
    if (payload.sub === undefined || payload.exp === undefined) return undefined;
    return { keyId: payload.sub, expiresAt: payload.exp * 1000 };
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
