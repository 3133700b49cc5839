import type { Tx } from '../platform/db/database.ts';
import { ConcurrentWriteError, databaseErrorCode } from '../platform/db/transaction.ts';
import type { CredentialInput, ParsedCredential } from './credential-input.ts';
import {
  eraseCredential,
  findClaimed,
  findCredential,
  lockCredential,
  saveCredential,
} from './credential-store.ts';
import type { Credential } from './credential-store.ts';
import { findGroup } from './group-store.ts';
import type { Group } from './group-store.ts';
import type { Issuing } from './issuer-profile.ts';
import { INVALID_GROUP, recipientOf } from './prepare-credentials.ts';
import type { Invalid } from './prepare-credentials.ts';
import { signCredential } from './sign-document.ts';

const UNIQUE_VIOLATION = '23505';

export type ChangeOutcome =
  | { readonly kind: 'changed'; readonly credential: Credential; readonly group: Group }
  /** The group has a credential for that e-mail already. */
  | { readonly kind: 'duplicate'; readonly credential: Credential; readonly group: Group }
  | Invalid;

/** Changes a credential that the transaction holds, and signs it again. What the input does not say stays. */
export async function changeCredential(
  tx: Tx,
  issuing: Issuing,
  before: Credential,
  input: CredentialInput,
): Promise<ChangeOutcome> {
  const group = await findGroup(tx, before.workspaceId, input.group ?? { id: before.groupId });
  if (group === undefined) return INVALID_GROUP;
  const now = issuing.platform.clock.now();
  const changed: Credential = {
    ...before,
    groupId: group.id,
    recipient: recipientOf(input, before.recipient),
    name: input.name ?? before.name,
    description: input.description ?? before.description,
    courseLink: input.courseLink === undefined ? before.courseLink : input.courseLink,
    approve: input.approve ?? before.approve,
    issuedOn: input.issuedOn ?? before.issuedOn,
    expiredOn: input.expiredOn === undefined ? before.expiredOn : input.expiredOn,
    details: { ...before.details, ...input.details },
    updatedAt: now,
  };
  const claim = {
    licenseId: null,
    groupId: group.id,
    email: changed.recipient.email,
    once: !group.allowDuplicates,
  };
  const claimed = await findClaimed(tx, before.workspaceId, [claim]);
  const other = claimed.find(({ credential }) => credential.id !== before.id)?.credential;
  if (other !== undefined) return { kind: 'duplicate', credential: other, group };
  const signed = await signCredential(issuing, group, changed, now);
  if (signed.kind === 'invalid') return signed;
  try {
    await saveCredential(tx, signed.credential, group.allowDuplicates);
  } catch (error) {
    if (databaseErrorCode(error) !== UNIQUE_VIOLATION) throw error;
    throw new ConcurrentWriteError('another transaction issued a credential for this group and e-mail');
  }
  return { kind: 'changed', credential: signed.credential, group };
}

/** Changes the credential of that reference: its number, the caller's own id, its uuid or encoded id. */
export async function changeReferenced(
  tx: Tx,
  issuing: Issuing,
  workspaceId: string,
  reference: string,
  request: ParsedCredential,
): Promise<ChangeOutcome | { readonly kind: 'missing' }> {
  const before = await hold(tx, workspaceId, reference);
  if (before === undefined) return { kind: 'missing' };
  return request.kind === 'invalid' ? request : await changeCredential(tx, issuing, before, request.input);
}

/** Deletes a credential; its page says so from then on. Answers it as it was; undefined where there is none. */
export async function removeCredential(
  tx: Tx,
  { platform }: Pick<Issuing, 'platform'>,
  workspaceId: string,
  reference: string,
): Promise<Credential | undefined> {
  const credential = await hold(tx, workspaceId, reference);
  if (credential !== undefined) await eraseCredential(tx, platform.clock.now(), workspaceId, credential.id);
  return credential;
}

async function hold(tx: Tx, workspaceId: string, reference: string): Promise<Credential | undefined> {
  const found = await findCredential(tx, workspaceId, reference);
  return found && (await lockCredential(tx, workspaceId, found.id));
}
