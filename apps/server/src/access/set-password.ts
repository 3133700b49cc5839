import { MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH } from '../platform/config.ts';
import type { Database } from '../platform/db/database.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { hashPassword } from './password-hash.ts';
import { deleteSessionsOf } from './session-store.ts';
import { findUser, updatePassword } from './user-store.ts';

export type SetPasswordOutcome =
  | { readonly kind: 'set' }
  | { readonly kind: 'no-user' }
  | { readonly kind: 'refused'; readonly message: string };

/** Changes the password of a user and ends all sessions that were opened with the old one. */
export async function setPassword(
  db: Database,
  now: Date,
  input: { readonly user: string; readonly password: string },
): Promise<SetPasswordOutcome> {
  const { length } = input.password;
  if (length < MIN_PASSWORD_LENGTH || length > MAX_PASSWORD_LENGTH) {
    return {
      kind: 'refused',
      message: `The password must have ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters; this one has ${length}.`,
    };
  }
  const passwordHash = await hashPassword(input.password);
  return await inTransaction(db, async (tx) => {
    const user = await findUser(tx, input.user);
    if (user === undefined) return { kind: 'no-user' };
    // In this order: a login that holds the old password is waited for, and its session is then deleted.
    await updatePassword(tx, user, passwordHash, now);
    await deleteSessionsOf(tx, user);
    return { kind: 'set' };
  });
}
