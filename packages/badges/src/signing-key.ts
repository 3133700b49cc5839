import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import * as multikey from '@digitalbazaar/ed25519-multikey';

import { verificationMethodId } from './controller-document.ts';
import { didKeyFor } from './did-key.ts';

/** What signs credentials. The secret may live elsewhere, for instance in a vault. Ed25519. */
export interface SigningKey {
  readonly issuerId: string;
  readonly publicKeyMultibase: string;
  readonly verificationMethod: string;
  /** The signature of 64 bytes, always the same for the same data (RFC 8032). */
  sign(data: Uint8Array): Promise<Uint8Array>;
}

/** A key whose secret is in this process. The secret is no property of it, so that it does not end in a log. */
export interface LocalSigningKey extends SigningKey {
  readonly location: 'local';
}

/** A key to be kept: with its secret, so only sealed. */
export interface StoredSigningKey {
  readonly issuerId: string;
  readonly publicKeyMultibase: string;
  readonly secretKeyMultibase: string;
}

const secrets = new WeakMap<LocalSigningKey, string>();

/** A new random key of this issuer; without an issuer the key is its own: a did:key. */
export async function generateSigningKey(issuerId?: string): Promise<LocalSigningKey> {
  const pair = await multikey.generate();
  const { publicKeyMultibase, secretKeyMultibase } = await pair.export({
    secretKey: true,
    canonicalize: true,
  });
  if (secretKeyMultibase === undefined) throw new Error('a new key has no secret');
  return importSigningKey({
    issuerId: issuerId ?? didKeyFor(publicKeyMultibase),
    publicKeyMultibase,
    secretKeyMultibase,
  });
}

/** The key in the form that importSigningKey takes. It holds the secret. */
export function exportSigningKey(key: LocalSigningKey): StoredSigningKey {
  const secretKeyMultibase = secrets.get(key);
  if (secretKeyMultibase === undefined) throw new Error('this key was not made by this package');
  const { issuerId, publicKeyMultibase } = key;
  return { issuerId, publicKeyMultibase, secretKeyMultibase };
}

/** Throws where the stored key is damaged, of another kind than Ed25519, or where its halves do not belong together. */
export async function importSigningKey(stored: StoredSigningKey): Promise<LocalSigningKey> {
  const { issuerId, publicKeyMultibase, secretKeyMultibase } = stored;
  const privateKey = await privateKeyOf(stored);
  const key: LocalSigningKey = Object.freeze({
    location: 'local',
    issuerId,
    publicKeyMultibase,
    verificationMethod: verificationMethodId(issuerId, publicKeyMultibase),
    sign: async (data: Uint8Array): Promise<Uint8Array> => sign(null, data, privateKey),
  });
  secrets.set(key, secretKeyMultibase);
  return key;
}

/** Kept as a key object: making one for every signature costs as much as the signature. */
async function privateKeyOf(stored: StoredSigningKey): Promise<KeyObject> {
  const pair = await multikey.from(stored);
  const written = await pair.export({ secretKey: true, canonicalize: true });
  if (
    written.publicKeyMultibase !== stored.publicKeyMultibase ||
    written.secretKeyMultibase !== stored.secretKeyMultibase
  )
    throw new Error('the stored key is damaged or not an Ed25519 key');
  const { publicKey, secretKey } = await pair.export({ raw: true, canonicalize: true });
  if (secretKey === undefined) throw new Error('the stored key has no secret');
  const x = Buffer.from(publicKey).toString('base64url');
  const d = Buffer.from(secretKey).toString('base64url');
  const privateKey = createPrivateKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', d, x } });
  if (createPublicKey(privateKey).export({ format: 'jwk' }).x !== x)
    throw new Error('the public and the secret half of the stored key do not belong together');
  return privateKey;
}
