/** All that a credential says. Instants are written in UTC. Texts may hold any letters, line breaks and tabs. */
export interface CredentialInput {
  /** `urn:uuid:` and a UUID. */
  readonly id: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly issuer: IssuerInput;
  readonly validFrom: Date;
  readonly validUntil?: Date | undefined;
  readonly awardedDate: Date;
  readonly recipient: RecipientInput;
  readonly achievement: AchievementInput;
  /** An empty list is left out. */
  readonly evidence?: readonly EvidenceInput[] | undefined;
}

export interface IssuerInput {
  /** A DID or an http(s) URL, without a fragment. */
  readonly id: string;
  readonly name: string;
  readonly url?: string | undefined;
  readonly description?: string | undefined;
  readonly email?: string | undefined;
  /** An http(s) URL or a `data:image/` URL. */
  readonly image?: string | undefined;
}

export interface RecipientInput {
  readonly email: string;
  /** 128 random bits as 32 small hexadecimal digits, new for every credential, so that badges cannot be linked by it. */
  readonly salt: string;
  /** Written in plain text where it is given: without it a wallet has nothing to show the holder by. */
  readonly name?: string | undefined;
}

export interface AchievementInput {
  /** A DID, a URN or an http(s) URL. */
  readonly id: string;
  /** One of the list of Open Badges 3.0, or `ext:` and a name. */
  readonly achievementType: string;
  readonly name: string;
  readonly description: string;
  /** At least one of the two. */
  readonly criteria: { readonly id?: string | undefined; readonly narrative?: string | undefined };
  /** An http(s) URL or a `data:image/` URL. */
  readonly image?: string | undefined;
}

/** At least one of the fields. */
export interface EvidenceInput {
  /** An http(s) URL. */
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly narrative?: string | undefined;
  readonly genre?: string | undefined;
  readonly audience?: string | undefined;
}
