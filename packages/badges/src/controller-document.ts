/** The keys of an issuer: what `did.json` and the issuer's own URL serve. */
export interface ControllerDocument {
  /** The DID context comes first also for an http(s) issuer: verifiers read such a document without framing it. */
  readonly '@context': readonly ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'];
  readonly id: string;
  readonly verificationMethod: readonly VerificationMethod[];
  /** The ids of the keys whose signatures on credentials count. */
  readonly assertionMethod: readonly string[];
}

export interface VerificationMethod {
  readonly id: string;
  readonly type: 'Multikey';
  readonly controller: string;
  readonly publicKeyMultibase: string;
}

/** The id that every verifier takes: `<issuerId>#<publicKeyMultibase>`. */
export function verificationMethodId(issuerId: string, publicKeyMultibase: string): string {
  return `${issuerId}#${publicKeyMultibase}`;
}

/**
 * Lists the keys of an issuer. A key that signs no more has to stay as long as a credential that it signed: without
 * it they stop verifying. A key that was stolen has to go.
 */
export function controllerDocument(
  issuerId: string,
  keys: readonly { readonly publicKeyMultibase: string }[],
): ControllerDocument {
  const methods = keys.map(({ publicKeyMultibase }) => ({
    id: verificationMethodId(issuerId, publicKeyMultibase),
    type: 'Multikey' as const,
    controller: issuerId,
    publicKeyMultibase,
  }));
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: issuerId,
    verificationMethod: methods,
    assertionMethod: methods.map(({ id }) => id),
  };
}
