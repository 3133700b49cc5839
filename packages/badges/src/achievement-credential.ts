import type { CREDENTIALS_V2, OPEN_BADGES_3_0_3 } from './contexts.ts';

/**
 * An Open Badges 3.0 credential in the strict shape of the official JSON Schema: lists wherever the model allows
 * several values. The compacted schema accepts this shape too; the reverse does not hold.
 */
export interface AchievementCredential {
  readonly '@context': readonly [typeof CREDENTIALS_V2, typeof OPEN_BADGES_3_0_3];
  readonly id: string;
  readonly type: readonly ['VerifiableCredential', 'OpenBadgeCredential'];
  readonly name: string;
  readonly description?: string;
  readonly issuer: Profile;
  /** The newest of several credentials with one issuer and one id wins by this date. */
  readonly validFrom: string;
  readonly validUntil?: string;
  /** Stays as it was when the credential is issued anew. */
  readonly awardedDate: string;
  readonly credentialSubject: AchievementSubject;
  readonly evidence?: readonly Evidence[];
}

export interface Profile {
  readonly id: string;
  readonly type: readonly ['Profile'];
  readonly name: string;
  readonly url?: string;
  readonly description?: string;
  readonly email?: string;
  readonly image?: Image;
}

export interface AchievementSubject {
  readonly type: readonly ['AchievementSubject'];
  readonly identifier: readonly IdentityObject[];
  readonly achievement: Achievement;
}

export type IdentityObject =
  | {
      readonly type: 'IdentityObject';
      readonly hashed: true;
      readonly identityHash: string;
      readonly identityType: 'emailAddress';
      readonly salt: string;
    }
  | {
      readonly type: 'IdentityObject';
      readonly hashed: false;
      readonly identityHash: string;
      readonly identityType: 'name';
    };

export interface Achievement {
  readonly id: string;
  readonly type: readonly ['Achievement'];
  readonly achievementType: string;
  readonly name: string;
  readonly description: string;
  readonly criteria: Criteria;
  readonly image?: Image;
}

/** At least one of the two. */
export interface Criteria {
  readonly id?: string;
  /** Markdown. */
  readonly narrative?: string;
}

export interface Image {
  readonly id: string;
  readonly type: 'Image';
}

export interface Evidence {
  readonly id?: string;
  readonly type: readonly ['Evidence'];
  readonly name?: string;
  readonly description?: string;
  /** Markdown. */
  readonly narrative?: string;
  readonly genre?: string;
  readonly audience?: string;
}

export interface DataIntegrityProof {
  readonly type: 'DataIntegrityProof';
  readonly cryptosuite: 'eddsa-rdfc-2022';
  readonly created: string;
  readonly verificationMethod: string;
  readonly proofPurpose: 'assertionMethod';
  /** `z` and the signature in base58. */
  readonly proofValue: string;
}

/** The proof is a list of one: the strict schema refuses a bare object. */
export interface SignedCredential extends AchievementCredential {
  readonly proof: readonly [DataIntegrityProof];
}
