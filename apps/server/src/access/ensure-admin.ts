import { randomBytes } from 'node:crypto';

import type { Database } from '../platform/db/database.ts';
import { hashPassword } from './password-hash.ts';
import { findUser, insertUser } from './user-store.ts';

/** The one user of a workspace. */
export const ADMIN = 'admin';

/**
 * Makes the user `admin` of a workspace where there is none, with the password of the configuration or a random one.
 * Answers the random one: it is shown once. The password of a user that exists is left alone, so that a start does not
 * undo `laurel admin set-password`.
 */
export async function ensureAdmin(
  db: Database,
  workspaceId: string,
  configured: string | undefined,
): Promise<string | undefined> {
  if ((await findUser(db, ADMIN)) !== undefined) return undefined;
  const password = configured ?? randomBytes(18).toString('base64url');
  const passwordHash = await hashPassword(password);
  // Of two first starts at once, one makes the user and shows the password.
  const made = await insertUser(db, { workspaceId, name: ADMIN, passwordHash });
  return made && configured === undefined ? password : undefined;
}
