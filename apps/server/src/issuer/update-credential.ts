import type { Tx } from '../platform/db/database.ts';
import { credentialBody } from './bodies.ts';
import type { CredentialBody } from './bodies.ts';
import { changeReferenced, removeCredential } from './change-credential.ts';
import { readRequest } from './credential-request.ts';
import type { CredentialChange } from './credential-request.ts';
import { findGroup } from './group-store.ts';
import type { Issuing } from './issuer-profile.ts';
import type { Invalid } from './prepare-credentials.ts';

export type UpdateOutcome =
  | { readonly kind: 'updated'; readonly credential: CredentialBody }
  /** The group has another credential for that e-mail, this one; nothing was changed. */
  | { readonly kind: 'duplicate'; readonly credential: CredentialBody }
  | { readonly kind: 'missing' }
  | Invalid;

/**
 * Changes a credential as part of the caller's transaction, by the code that `PATCH /v1/credentials/{id}` runs, and signs
 * it again. `reference` is its number, the caller's own id, its uuid or encoded id.
 */
export async function updateCredential(
  tx: Tx,
  issuing: Issuing,
  workspaceId: string,
  reference: string,
  change: CredentialChange,
): Promise<UpdateOutcome> {
  const outcome = await changeReferenced(tx, issuing, workspaceId, reference, readRequest(change));
  if (outcome.kind === 'missing' || outcome.kind === 'invalid') return outcome;
  const issuer = await issuing.issuers.get(workspaceId);
  const credential = credentialBody(outcome.credential, outcome.group, issuer, issuing.publicUrl());
  return { kind: outcome.kind === 'changed' ? 'updated' : 'duplicate', credential };
}

/** Gives a credential another expiry date: one in the past expires it, null lets it never expire. */
export async function renewCredential(
  tx: Tx,
  issuing: Issuing,
  workspaceId: string,
  reference: string,
  expiredOn: string | null,
): Promise<UpdateOutcome> {
  return await updateCredential(tx, issuing, workspaceId, reference, { expiredOn });
}

export type DeleteOutcome =
  /** As it was. */
  { readonly kind: 'deleted'; readonly credential: CredentialBody } | { readonly kind: 'missing' };

/** Deletes a credential with its personal data as part of the caller's transaction; its page says so from then on. */
export async function deleteCredential(
  tx: Tx,
  issuing: Issuing,
  workspaceId: string,
  reference: string,
): Promise<DeleteOutcome> {
  const credential = await removeCredential(tx, issuing, workspaceId, reference);
  if (credential === undefined) return { kind: 'missing' };
  const group = await findGroup(tx, workspaceId, { id: credential.groupId });
  const issuer = await issuing.issuers.get(workspaceId);
  return { kind: 'deleted', credential: credentialBody(credential, group, issuer, issuing.publicUrl()) };
}
