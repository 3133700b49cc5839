import { createHash } from 'node:crypto';

/**
 * The form of an e-mail address that is hashed: without blanks around it, in small letters. Open Badges leaves this
 * to the issuer, so whoever compares a hash applies the same rule first.
 */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}

/**
 * The IdentityHash of Open Badges 3.0: `sha256$` and the SHA-256 of the normalised address followed by the salt,
 * both as UTF-8, in hexadecimal. A hash with its salt beside it is a pseudonym, not anonymity: addresses can be guessed.
 */
export function hashIdentity(email: string, salt: string): string {
  const digest = createHash('sha256').update(normalizeEmail(email)).update(salt).digest('hex');
  return `sha256$${digest}`;
}
