import { randomBytes } from 'node:crypto';

import { v4 } from 'uuid';

import type { Queryable } from '../platform/db/database.ts';
import { claimOf, Claims } from './claims.ts';
import type { Claim, Claimed, Obstacle } from './claims.ts';
import type { CredentialInput, FieldErrors, ParsedCredential } from './credential-input.ts';
import { findClaimed } from './credential-store.ts';
import type { Credential, Recipient } from './credential-store.ts';
import { findGroups } from './group-store.ts';
import type { Group } from './group-store.ts';
import type { Issuing } from './issuer-profile.ts';
import { signCredential } from './sign-document.ts';

/** Ids look like those of Accredible, which begin at ten million. */
const FIRST_ID = 10_000_000;

export interface Invalid {
  readonly kind: 'invalid';
  /** As the compatible API answers them. */
  readonly errors: string | FieldErrors;
}

/** A credential that is not written yet. */
export type Prepared =
  /** Signed, to be inserted. */
  | { readonly kind: 'ready'; readonly credential: Credential; readonly group: Group; readonly claim: Claim }
  | (Exclude<Obstacle, { kind: 'reference-reused' }> & { readonly group: Group; readonly claim: Claim })
  | Invalid;

export const ID_TAKEN: Invalid = { kind: 'invalid', errors: { id: ['has already been taken'] } };
export const INVALID_GROUP: Invalid = { kind: 'invalid', errors: 'Invalid Group' };

/**
 * Everything of issuing but the insert: checks, look-ups and signatures, in the order of the requests. Nothing is written
 * and no row is locked, since signing takes a while. `replaced` is the id of a credential that will be deleted before.
 */
export async function prepareCredentials(
  db: Queryable,
  issuing: Issuing,
  workspaceId: string,
  requests: readonly ParsedCredential[],
  replaced?: number,
): Promise<Prepared[]> {
  const drafts = await withGroups(db, workspaceId, requests.map(checkComplete));
  const wanted = drafts.flatMap((draft) => (draft.kind === 'draft' ? [draft.claim] : []));
  const claimed: Claimed[] = await findClaimed(db, workspaceId, wanted);
  const claims = new Claims(claimed.filter(({ credential }) => credential.id !== replaced));
  const prepared: Prepared[] = [];
  for (const draft of drafts) {
    const one = draft.kind === 'draft' ? await prepare(issuing, workspaceId, claims, draft) : draft;
    if (one.kind === 'ready') claims.add(prepared.length, one.claim);
    prepared.push(one);
  }
  return prepared;
}

interface Draft {
  readonly kind: 'draft';
  readonly input: CredentialInput;
  readonly group: Group;
  readonly claim: Claim;
}

type Checked = { readonly kind: 'complete'; readonly input: CredentialInput } | Invalid;

/** What a credential that is to be made must have. */
function checkComplete(request: ParsedCredential): Checked {
  if (request.kind === 'invalid') return request;
  const { input } = request;
  if (input.recipient === undefined)
    return { kind: 'invalid', errors: 'Can not create credential without recipient data' };
  const { name, email } = input.recipient;
  const blank = Object.entries({ recipient_name: name, recipient_email: email }).filter(
    ([, value]) => value === undefined,
  );
  if (blank.length === 0) return { kind: 'complete', input };
  return {
    kind: 'invalid',
    errors: Object.fromEntries(blank.map(([field]) => [field, ["can't be blank"]])),
  };
}

async function withGroups(
  db: Queryable,
  workspaceId: string,
  checked: readonly Checked[],
): Promise<(Draft | Invalid)[]> {
  const references = checked.flatMap((one) => (one.kind === 'complete' && one.input.group) || []);
  const groupOf = await findGroups(db, workspaceId, references);
  return checked.map((one) => {
    if (one.kind === 'invalid') return one;
    const { input } = one;
    const group = input.group && groupOf(input.group);
    return group === undefined
      ? INVALID_GROUP
      : { kind: 'draft', input, group, claim: claimOf(input, group) };
  });
}

async function prepare(
  issuing: Issuing,
  workspaceId: string,
  claims: Claims,
  { input, group, claim }: Draft,
): Promise<Prepared> {
  const { clock, numericIds } = issuing.platform;
  const obstacle = claims.obstacleTo(claim);
  if (obstacle?.kind === 'reference-reused') return ID_TAKEN;
  if (obstacle !== undefined) return { ...obstacle, group, claim };
  const now = clock.now();
  const draft: Credential = {
    workspaceId,
    id: FIRST_ID + (await numericIds.next('credential')),
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
  const signed = await signCredential(issuing, group, draft, now);
  return signed.kind === 'invalid' ? signed : { kind: 'ready', credential: signed.credential, group, claim };
}

/** The recipient after what a request says; what it does not say stays. */
export function recipientOf({ recipient = {} }: CredentialInput, before: Recipient | undefined): Recipient {
  return {
    name: recipient.name ?? before?.name ?? '',
    email: recipient.email ?? before?.email ?? '',
    id: recipient.id === undefined ? (before?.id ?? null) : recipient.id,
    phoneNumber: recipient.phoneNumber === undefined ? (before?.phoneNumber ?? null) : recipient.phoneNumber,
    metaData: recipient.metaData === undefined ? (before?.metaData ?? null) : recipient.metaData,
  };
}
