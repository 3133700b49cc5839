import { controllerDocument } from './controller-document.ts';
import type { ControllerDocument } from './controller-document.ts';

const DID_KEY = 'did:key:';
/** Multibase base58 of the Ed25519 prefix (ed01) and 32 bytes always has this form. */
const ED25519_MULTIBASE = /^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/;

/** The DID that is the key itself. It needs no resolving and can never change its key. */
export function didKeyFor(publicKeyMultibase: string): string {
  return `${DID_KEY}${publicKeyMultibase}`;
}

/** The document of a did:key with an Ed25519 key; undefined for every other identifier. */
export function resolveDidKey(controllerId: string): ControllerDocument | undefined {
  if (!controllerId.startsWith(DID_KEY)) return undefined;
  const publicKeyMultibase = controllerId.slice(DID_KEY.length);
  if (!ED25519_MULTIBASE.test(publicKeyMultibase)) return undefined;
  return controllerDocument(controllerId, [{ publicKeyMultibase }]);
}
