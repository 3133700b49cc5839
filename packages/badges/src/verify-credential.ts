import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import { verifyCredential as verifyWithLibrary } from '@digitalbazaar/vc';
import type { VerifyResult } from '@digitalbazaar/vc';

import { closedLoader } from './contexts.ts';
import type { ControllerDocument } from './controller-document.ts';
import { resolveDidKey } from './did-key.ts';
import type { Problem } from './problem.ts';
import { readSigned } from './read-signed.ts';

export interface VerifyOptions {
  /**
   * The controller document of an issuer, undefined where there is none. Not asked for did:key. What it throws comes
   * through: not being able to look is not a verdict on the credential.
   */
  readonly resolveController: (controllerId: string) => Promise<ControllerDocument | undefined>;
}

export type Verification =
  | {
      /** Exactly this document was signed by a key of the issuer that it names. */
      readonly kind: 'valid';
      readonly credentialId: string;
      readonly issuerId: string;
      readonly verificationMethod: string;
      /** When the signature was made, as the signer says. */
      readonly created: string | undefined;
    }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/**
 * Checks the eddsa-rdfc-2022 proof of an Open Badges 3.0 credential. Whether the credential is in force today is not
 * part of the verdict: that takes a clock. A credential with `credentialStatus` is refused, because nobody here looks
 * at the status. Nothing is ever fetched.
 */
export async function verifyCredential(document: unknown, options: VerifyOptions): Promise<Verification> {
  const read = readSigned(document);
  if (read.kind === 'invalid') return read;
  const { credentialId, issuerId, verificationMethod, created } = read;

  if (verificationMethod.split('#', 1)[0] !== issuerId)
    return invalid('proof.verificationMethod', 'must be a key of the issuer');
  const controller = resolveDidKey(issuerId) ?? (await options.resolveController(issuerId));
  if (controller?.id !== issuerId) return invalid('issuer', 'has no known keys');
  const method = controller.verificationMethod.find(({ id }) => id === verificationMethod);
  if (method === undefined || !controller.assertionMethod.includes(verificationMethod))
    return invalid('proof.verificationMethod', 'is not among the keys with which the issuer signs');

  const result = await verifyWithLibrary({
    credential: read.document,
    suite: new DataIntegrityProof({ cryptosuite }),
    documentLoader: closedLoader(
      new Map<string, object>([
        [issuerId, controller],
        [verificationMethod, { '@context': 'https://w3id.org/security/multikey/v1', ...method }],
      ]),
    ),
    // Together these keep the library from judging the validity period by the clock of the machine.
    now: new Date(0),
    maxClockSkew: Infinity,
  });
  if (!result.verified) return { kind: 'invalid', problems: failures(result) };
  return { kind: 'valid', credentialId, issuerId, verificationMethod, created };
}

function failures({ error }: VerifyResult): readonly Problem[] {
  const errors = error?.errors ?? (error === undefined ? [] : [error]);
  return errors.length === 0
    ? [{ path: 'proof', message: 'does not verify' }]
    : errors.map(({ message }) => ({ path: 'proof', message }));
}

function invalid(path: string, message: string): Verification {
  return { kind: 'invalid', problems: [{ path, message }] };
}
