import { createHash, randomBytes } from 'node:crypto';

import { buildAchievementCredential } from '@laurel/badges';

import type { FieldErrors } from './credential-input.ts';
import type { Credential } from './credential-store.ts';
import type { Group } from './group-store.ts';
import type { Issuer, Issuing } from './issuer-profile.ts';

type SignOutcome =
  | { readonly kind: 'signed'; readonly document: unknown }
  /** A text of it cannot stand in such a document, for instance because it holds a control character. */
  | { readonly kind: 'invalid'; readonly errors: FieldErrors };

/**
 * The signed Open Badges 3.0 document of a credential. `validFrom` is the moment of signing when it is signed again, so
 * that the newest one wins. The holder's e-mail is in it as a salted hash only, the name in plain text.
 */
async function signDocument(
  issuer: Issuer,
  publicUrl: string,
  group: Group,
  credential: Credential,
  now: Date,
): Promise<SignOutcome> {
  const awarded = new Date(`${credential.issuedOn}T00:00:00Z`);
  const until = credential.expiredOn === null ? undefined : new Date(`${credential.expiredOn}T23:59:59Z`);
  const from = credential.createdAt.getTime() === now.getTime() ? awarded : now;
  const built = buildAchievementCredential({
    id: `urn:uuid:${credential.uuid}`,
    name: credential.name,
    description: credential.description,
    issuer: { id: issuer.issuerId, name: issuer.name, url: publicUrl },
    // A credential is taken back by a date in the past; a document cannot begin after it ends.
    validFrom: until !== undefined && until <= from ? new Date(until.getTime() - 1_000) : from,
    validUntil: until,
    awardedDate: awarded,
    recipient: {
      email: credential.recipient.email,
      salt: randomBytes(16).toString('hex'),
      name: credential.recipient.name,
    },
    achievement: {
      id: `urn:uuid:${uuidOf(`${credential.workspaceId} group ${group.id}`)}`,
      achievementType: 'Certification',
      name: group.courseName,
      description: group.courseDescription,
      criteria: { narrative: group.courseDescription },
    },
  });
  if (built.kind === 'invalid') {
    const errors = Object.fromEntries(built.problems.map(({ path, message }) => [path, [message]]));
    return { kind: 'invalid', errors };
  }
  return { kind: 'signed', document: await issuer.signer.sign(built.document, now) };
}

export type SignedCredential =
  | { readonly kind: 'signed'; readonly credential: Credential }
  | { readonly kind: 'invalid'; readonly errors: FieldErrors };

/** The credential with its signed document; a draft has none. */
export async function signCredential(
  issuing: Issuing,
  group: Group,
  credential: Credential,
  now: Date,
): Promise<SignedCredential> {
  if (!credential.approve) return { kind: 'signed', credential: { ...credential, document: null } };
  const issuer = await issuing.issuers.get(credential.workspaceId);
  const outcome = await signDocument(issuer, issuing.publicUrl(), group, credential, now);
  if (outcome.kind === 'invalid') return outcome;
  return { kind: 'signed', credential: { ...credential, document: outcome.document } };
}

/** A uuid that is always the same for the same name. */
function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex').slice(0, 32);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join('-');
}
