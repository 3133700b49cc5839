import type {
  Achievement,
  AchievementCredential,
  Evidence,
  IdentityObject,
  Image,
  Profile,
} from './achievement-credential.ts';
import { inputProblems } from './check-input.ts';
import { CREDENTIALS_V2, OPEN_BADGES_3_0_3 } from './contexts.ts';
import type {
  AchievementInput,
  CredentialInput,
  EvidenceInput,
  IssuerInput,
  RecipientInput,
} from './credential-input.ts';
import { hashIdentity } from './hash-identity.ts';
import { writeInstant } from './instant.ts';
import type { Problem } from './problem.ts';

export type BuildResult =
  | { readonly kind: 'built'; readonly document: AchievementCredential }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/**
 * Writes the unsigned credential, or names everything that is wrong with the input. The address of the recipient
 * leaves only as a salted hash. The same input gives the same document.
 */
export function buildAchievementCredential(input: CredentialInput): BuildResult {
  const problems = inputProblems(input);
  if (problems.length > 0) return { kind: 'invalid', problems };
  const evidence = input.evidence ?? [];
  return {
    kind: 'built',
    document: {
      '@context': [CREDENTIALS_V2, OPEN_BADGES_3_0_3],
      id: input.id,
      type: ['VerifiableCredential', 'OpenBadgeCredential'],
      name: input.name,
      ...present({ description: input.description }),
      issuer: profile(input.issuer),
      validFrom: writeInstant(input.validFrom),
      ...(input.validUntil === undefined ? {} : { validUntil: writeInstant(input.validUntil) }),
      awardedDate: writeInstant(input.awardedDate),
      credentialSubject: {
        type: ['AchievementSubject'],
        identifier: identities(input.recipient),
        achievement: achievement(input.achievement),
      },
      ...(evidence.length === 0 ? {} : { evidence: evidence.map(evidenceOf) }),
    },
  };
}

function profile(issuer: IssuerInput): Profile {
  return {
    id: issuer.id,
    type: ['Profile'],
    name: issuer.name,
    ...present({ url: issuer.url, description: issuer.description, email: issuer.email?.trim() }),
    ...imageOf(issuer.image),
  };
}

function identities(recipient: RecipientInput): readonly IdentityObject[] {
  const { email, salt, name } = recipient;
  const address: IdentityObject = {
    type: 'IdentityObject',
    hashed: true,
    identityHash: hashIdentity(email, salt),
    identityType: 'emailAddress',
    salt,
  };
  if (name === undefined) return [address];
  return [address, { type: 'IdentityObject', hashed: false, identityHash: name, identityType: 'name' }];
}

function achievement(input: AchievementInput): Achievement {
  return {
    id: input.id,
    type: ['Achievement'],
    achievementType: input.achievementType,
    name: input.name,
    description: input.description,
    criteria: present({ id: input.criteria.id, narrative: input.criteria.narrative }),
    ...imageOf(input.image),
  };
}

function evidenceOf(input: EvidenceInput): Evidence {
  const { id, name, description, narrative, genre, audience } = input;
  return {
    ...present({ id }),
    type: ['Evidence'],
    ...present({ name, description, narrative, genre, audience }),
  };
}

function imageOf(id: string | undefined): { readonly image?: Image } {
  return id === undefined ? {} : { image: { id, type: 'Image' } };
}

/** The entries that have a value. */
function present<Name extends string>(
  entries: Readonly<Record<Name, string | undefined>>,
): Readonly<Partial<Record<Name, string>>> {
  const kept: Partial<Record<Name, string>> = {};
  for (const name in entries) {
    const value = entries[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
