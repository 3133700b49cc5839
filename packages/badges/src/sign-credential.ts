import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import type { LibrarySigner } from '@digitalbazaar/data-integrity';
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import { issue } from '@digitalbazaar/vc';

import type { AchievementCredential, SignedCredential } from './achievement-credential.ts';
import { closedLoader } from './contexts.ts';
import { writeSeconds } from './instant.ts';
import type { SigningKey } from './signing-key.ts';

const loader = closedLoader();

/**
 * Signs with eddsa-rdfc-2022. The same document, key and `created` (whole seconds count) give the same bytes. The
 * document is not changed. Throws where it is signed already, where it names another issuer than the key does, and where
 * it holds something that its contexts do not define: that would be left unsigned.
 *
 * About 7 ms of CPU, nearly all of it JSON-LD expansion; createSigner signs many.
 */
export async function signCredential(
  document: AchievementCredential,
  key: SigningKey,
  created: Date,
): Promise<SignedCredential> {
  assertSignable(document, key);
  const suite = new DataIntegrityProof({ cryptosuite, date: created, signer: librarySigner(key) });
  const issued = await issue({ credential: { ...document }, suite, documentLoader: loader, now: created });
  return withProof(document, key, created, issued.proof.proofValue);
}

/** The key as the library wants it. */
export function librarySigner(key: SigningKey): LibrarySigner {
  return { id: key.verificationMethod, algorithm: 'Ed25519', sign: ({ data }) => key.sign(data) };
}

/** Every verifier takes a proof of a key that is not the issuer's as a forgery. */
export function assertSignable(document: AchievementCredential, key: SigningKey): void {
  if ('proof' in document) throw new Error(`the credential ${document.id} is signed already`);
  if (document.issuer.id !== key.issuerId)
    throw new Error(`the credential is issued by ${document.issuer.id}, the key belongs to ${key.issuerId}`);
}

/** The members in the order in which the documents of this package always have them. */
export function withProof(
  document: AchievementCredential,
  key: SigningKey,
  created: Date,
  proofValue: string,
): SignedCredential {
  return {
    ...document,
    proof: [
      {
        type: 'DataIntegrityProof',
        cryptosuite: 'eddsa-rdfc-2022',
        created: writeSeconds(created),
        verificationMethod: key.verificationMethod,
        proofPurpose: 'assertionMethod',
        proofValue,
      },
    ],
  };
}
