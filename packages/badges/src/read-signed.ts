import { CREDENTIALS_V2, OPEN_BADGES_3_0_3, OPEN_BADGES_EXTENSIONS } from './contexts.ts';
import type { Problem } from './problem.ts';
import { isMembers, meaningProblems } from './signed-meaning.ts';

/** The library also takes base64url and blanks between the digits: one signature would have many spellings. */
const BASE58_MULTIBASE = /^z[1-9A-HJ-NP-Za-km-z]+$/;

/** The parts of a signed credential that decide who has to have signed it. */
export interface SignedParts {
  readonly kind: 'read';
  /** The document with its single proof as an object. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly credentialId: string;
  readonly issuerId: string;
  readonly verificationMethod: string;
  readonly created: string | undefined;
}

/** Reads a document from outside, or says why nothing can be verified of it. Takes the proof bare or as a list of one. */
export function readSigned(
  document: unknown,
): SignedParts | { readonly kind: 'invalid'; readonly problems: readonly Problem[] } {
  if (!isMembers(document)) return invalid([{ path: '', message: 'must be a JSON object' }]);
  const { id, issuer, type, '@context': contexts, proof: proofs } = document;
  const problems = [...meaningProblems(document)];
  if (!areContexts(contexts))
    problems.push({
      path: '@context',
      message: `must be ${CREDENTIALS_V2}, ${OPEN_BADGES_3_0_3} and, if need be, ${OPEN_BADGES_EXTENSIONS}`,
    });
  if (!areTypes(type))
    problems.push({ path: 'type', message: 'must hold VerifiableCredential and OpenBadgeCredential' });
  const issuerId = isMembers(issuer) ? issuer['id'] : issuer;
  const proof: unknown = Array.isArray(proofs) && proofs.length === 1 ? proofs[0] : proofs;
  if (typeof id !== 'string') problems.push({ path: 'id', message: 'is needed' });
  if (typeof issuerId !== 'string') problems.push({ path: 'issuer', message: 'must be an id or hold one' });
  if (!isMembers(proof)) problems.push({ path: 'proof', message: 'must be one proof' });
  if (problems.length > 0 || typeof id !== 'string' || typeof issuerId !== 'string' || !isMembers(proof))
    return invalid(problems);

  const { verificationMethod, created, proofValue } = proof;
  if (typeof verificationMethod !== 'string')
    return invalid([{ path: 'proof.verificationMethod', message: 'is needed' }]);
  if (created !== undefined && typeof created !== 'string')
    return invalid([{ path: 'proof.created', message: 'must be an instant' }]);
  if (typeof proofValue !== 'string' || !BASE58_MULTIBASE.test(proofValue))
    return invalid([{ path: 'proof.proofValue', message: 'must be multibase base58' }]);
  return {
    kind: 'read',
    document: { ...document, proof },
    credentialId: id,
    issuerId,
    verificationMethod,
    created,
  };
}

function areContexts(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  const [first, second, third] = value as readonly unknown[];
  return (
    first === CREDENTIALS_V2 &&
    second === OPEN_BADGES_3_0_3 &&
    (value.length === 2 || (value.length === 3 && third === OPEN_BADGES_EXTENSIONS))
  );
}

function areTypes(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.includes('VerifiableCredential') &&
    (value.includes('OpenBadgeCredential') || value.includes('AchievementCredential'))
  );
}

function invalid(problems: readonly Problem[]): {
  readonly kind: 'invalid';
  readonly problems: readonly Problem[];
} {
  return { kind: 'invalid', problems };
}
