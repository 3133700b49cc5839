/* oxlint-disable typescript/triple-slash-reference -- the libraries have no types, and whoever imports this package from
   source needs the declarations too: an ambient module can be brought in no other way */
/// <reference path="./libraries/credentials-context.d.ts" />
/// <reference path="./libraries/data-integrity.d.ts" />
/// <reference path="./libraries/ed25519-multikey.d.ts" />
/// <reference path="./libraries/eddsa-rdfc-2022-cryptosuite.d.ts" />
/// <reference path="./libraries/jsonld.d.ts" />
/// <reference path="./libraries/open-badges-context.d.ts" />
/// <reference path="./libraries/rdf-canonize.d.ts" />
/// <reference path="./libraries/vc.d.ts" />

export type {
  Achievement,
  AchievementCredential,
  AchievementSubject,
  Criteria,
  DataIntegrityProof,
  Evidence,
  IdentityObject,
  Image,
  Profile,
  SignedCredential,
} from './achievement-credential.ts';
export { isAchievementType } from './achievement-type.ts';
export { buildAchievementCredential } from './build-credential.ts';
export type { BuildResult } from './build-credential.ts';
export { controllerDocument, verificationMethodId } from './controller-document.ts';
export type { ControllerDocument, VerificationMethod } from './controller-document.ts';
export type {
  AchievementInput,
  CredentialInput,
  EvidenceInput,
  IssuerInput,
  RecipientInput,
} from './credential-input.ts';
export { createSigner } from './create-signer.ts';
export type { Signer, SignerOptions } from './create-signer.ts';
export { didKeyFor } from './did-key.ts';
export { hashIdentity, normalizeEmail } from './hash-identity.ts';
export type { Problem } from './problem.ts';
export { signCredential } from './sign-credential.ts';
export { exportSigningKey, generateSigningKey, importSigningKey } from './signing-key.ts';
export type { LocalSigningKey, SigningKey, StoredSigningKey } from './signing-key.ts';
export { verifyCredential } from './verify-credential.ts';
export type { Verification, VerifyOptions } from './verify-credential.ts';
