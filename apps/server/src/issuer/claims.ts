import type { CredentialInput } from './credential-input.ts';
import { emailKey } from './credential-store.ts';
import type { Credential } from './credential-store.ts';
import type { Group } from './group-store.ts';

/** What only one credential may have. */
export interface Claim {
  /** The caller's own id. */
  readonly licenseId: string | null;
  readonly groupId: number;
  readonly email: string;
  /** Whether the group has one credential for an e-mail. */
  readonly once: boolean;
}

export type ClaimedBy = 'reference' | 'recipient';

/** A stored credential that has what a claim names. */
export interface Claimed {
  readonly by: ClaimedBy;
  readonly credential: Credential;
}

export type Obstacle =
  /** A stored credential has it. */
  | ({ readonly kind: 'taken' } & Claimed)
  /** An earlier one of the batch, for the same group and e-mail, has it: its index. */
  | { readonly kind: 'repeated'; readonly by: ClaimedBy; readonly first: number }
  /** An earlier one of the batch, for somebody else, has the caller's own id. */
  | { readonly kind: 'reference-reused' };

export function claimOf({ licenseId, recipient }: CredentialInput, group: Group): Claim {
  return {
    licenseId: licenseId ?? null,
    groupId: group.id,
    email: recipient?.email ?? '',
    once: !group.allowDuplicates,
  };
}

/** Whether a credential is for whom a claim is. */
export function isFor({ groupId, recipient }: Credential, claim: Claim): boolean {
  return personKey(groupId, recipient.email) === personKey(claim.groupId, claim.email);
}

/** What is taken: by stored credentials, and by those of a batch so far. */
export class Claims {
  readonly #references = new Map<string, Credential>();
  readonly #recipients = new Map<string, Credential>();
  readonly #batchReferences = new Map<string, { readonly index: number; readonly person: string }>();
  readonly #batchRecipients = new Map<string, number>();

  constructor(claimed: readonly Claimed[]) {
    for (const { by, credential } of claimed) {
      if (by === 'reference') this.#references.set(credential.licenseId ?? '', credential);
      else this.#recipients.set(personKey(credential.groupId, credential.recipient.email), credential);
    }
  }

  add(index: number, { licenseId, groupId, email, once }: Claim): void {
    const person = personKey(groupId, email);
    if (licenseId !== null) this.#batchReferences.set(licenseId, { index, person });
    if (once) this.#batchRecipients.set(person, index);
  }

  /** The caller's own id comes first: it names one credential for sure. */
  obstacleTo({ licenseId, groupId, email, once }: Claim): Obstacle | undefined {
    const person = personKey(groupId, email);
    if (licenseId !== null) {
      const credential = this.#references.get(licenseId);
      if (credential !== undefined) return { kind: 'taken', by: 'reference', credential };
      const earlier = this.#batchReferences.get(licenseId);
      if (earlier !== undefined) {
        if (earlier.person !== person) return { kind: 'reference-reused' };
        return { kind: 'repeated', by: 'reference', first: earlier.index };
      }
    }
    if (!once) return undefined;
    const credential = this.#recipients.get(person);
    if (credential !== undefined) return { kind: 'taken', by: 'recipient', credential };
    const first = this.#batchRecipients.get(person);
    return first === undefined ? undefined : { kind: 'repeated', by: 'recipient', first };
  }
}

function personKey(groupId: number, email: string): string {
  return `${groupId} ${emailKey(email)}`;
}
