import { randomBytes } from 'node:crypto';

import { v4 } from 'uuid';

import { databaseErrorCode, inTransaction } from '../platform/db/transaction.ts';
import type { CredentialInput, FieldErrors } from './credential-input.ts';
import { eraseCredential, insertCredential, updateCredential } from './credential-store.ts';
import type { Credential, Recipient } from './credential-store.ts';
import { findGroup } from './group-store.ts';
import type { Group } from './group-store.ts';
import type { IssuerParts, Issuers } from './issuer-profile.ts';
import { signDocument } from './sign-document.ts';

export type WriteOutcome =
  | { readonly kind: 'written'; readonly credential: Credential; readonly group: Group }
  | { readonly kind: 'invalid'; readonly errors: string | FieldErrors };

/** Ids look like those of Accredible, which begin at ten million. */
const FIRST_ID = 10_000_000;
const UNIQUE_VIOLATION = '23505';

export const DUPLICATE: WriteOutcome = {
  kind: 'invalid',
  errors: {
    credential: [
      'has already been taken. The group has a credential for this e-mail, and does not allow duplicates.',
    ],
  },
};
const ID_TAKEN: WriteOutcome = { kind: 'invalid', errors: { id: ['has already been taken'] } };
const INVALID_GROUP: WriteOutcome = { kind: 'invalid', errors: 'Invalid Group' };

export interface WriteParts extends IssuerParts {
  readonly issuers: Issuers;
}

/** Issues a credential: one query, the signature, one transaction. */
export async function createCredential(
  parts: WriteParts,
  workspaceId: string,
  input: CredentialInput,
): Promise<WriteOutcome> {
  const { platform } = parts;
  const { name, email } = input.recipient ?? {};
  if (input.recipient === undefined)
    return { kind: 'invalid', errors: 'Can not create credential without recipient data' };
  const blank = Object.entries({ recipient_name: name, recipient_email: email }).filter(
    ([, value]) => value === undefined,
  );
  if (blank.length > 0)
    return {
      kind: 'invalid',
      errors: Object.fromEntries(blank.map(([field]) => [field, ["can't be blank"]])),
    };
  const group = input.group && (await findGroup(platform.db, workspaceId, input.group));
  if (group === undefined) return INVALID_GROUP;
  const now = platform.clock.now();
  const draft: Credential = {
    workspaceId,
    id: FIRST_ID + (await platform.numericIds.next('credential')),
    uuid: v4(),
    encodedId: randomBytes(6).toString('hex'),
    licenseId: input.licenseId ?? null,
    groupId: group.id,
    recipient: recipientOf(input, undefined),
    name: input.name ?? group.courseName,
    description: input.description ?? group.courseDescription,
    courseLink: input.courseLink ?? group.courseLink,
    approve: input.approve ?? true,
    issuedOn: input.issuedOn ?? now.toISOString().slice(0, 10),
    expiredOn: input.expiredOn ?? null,
    details: input.details,
    document: null,
    createdAt: now,
    updatedAt: now,
  };
  const made = await signed(parts, group, draft, now);
  if (made.kind === 'invalid') return made;
  const { credential } = made;
  const inserted = await inTransaction(platform.db, async (tx) => {
    const outcome = await insertCredential(tx, credential, group.allowDuplicates);
    platform.checkpoint('issuer: before the commit');
    return outcome;
  });
  platform.checkpoint('issuer: after the commit');
  switch (inserted) {
    case 'inserted':
      return { kind: 'written', credential, group };
    case 'duplicate':
      return DUPLICATE;
    case 'id-taken':
      return ID_TAKEN;
  }
}

/** Changes a credential and signs it again. */
export async function changeCredential(
  parts: WriteParts,
  before: Credential,
  input: CredentialInput,
): Promise<WriteOutcome> {
  const { platform } = parts;
  const group = await findGroup(platform.db, before.workspaceId, input.group ?? { id: before.groupId });
  if (group === undefined) return INVALID_GROUP;
  const now = platform.clock.now();
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
  const made = await signed(parts, group, changed, now);
  if (made.kind === 'invalid') return made;
  const { credential } = made;
  try {
    await inTransaction(
      platform.db,
      async (tx) => await updateCredential(tx, credential, group.allowDuplicates),
    );
  } catch (error) {
    if (databaseErrorCode(error) === UNIQUE_VIOLATION) return DUPLICATE;
    throw error;
  }
  return { kind: 'written', credential, group };
}

/** Deletes a credential; its page says so from then on. */
export async function removeCredential(parts: WriteParts, credential: Credential): Promise<void> {
  const { platform } = parts;
  await inTransaction(
    platform.db,
    async (tx) => await eraseCredential(tx, platform.clock.now(), credential.workspaceId, credential.id),
  );
}

type Signed =
  | { readonly kind: 'made'; readonly credential: Credential }
  | { readonly kind: 'invalid'; readonly errors: FieldErrors };

/** With its signed document; a draft has none. */
async function signed(parts: WriteParts, group: Group, credential: Credential, now: Date): Promise<Signed> {
  if (!credential.approve) return { kind: 'made', credential: { ...credential, document: null } };
  const issuer = await parts.issuers.get(credential.workspaceId);
  const outcome = await signDocument(issuer, parts.publicUrl(), group, credential, now);
  if (outcome.kind === 'invalid') return outcome;
  return { kind: 'made', credential: { ...credential, document: outcome.document } };
}

function recipientOf({ recipient = {} }: CredentialInput, before: Recipient | undefined): Recipient {
  return {
    name: recipient.name ?? before?.name ?? '',
    email: recipient.email ?? before?.email ?? '',
    id: recipient.id === undefined ? (before?.id ?? null) : recipient.id,
    phoneNumber: recipient.phoneNumber === undefined ? (before?.phoneNumber ?? null) : recipient.phoneNumber,
    metaData: recipient.metaData === undefined ? (before?.metaData ?? null) : recipient.metaData,
  };
}
