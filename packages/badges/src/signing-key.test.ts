import { inspect } from 'node:util';

import { describe, expect, it } from 'vitest';

import { controllerDocument } from './controller-document.ts';
import { didKeyFor, resolveDidKey } from './did-key.ts';
import { exportSigningKey, generateSigningKey, importSigningKey } from './signing-key.ts';

const ISSUER = 'https://example.org/issuers/1';

describe('signing keys', () => {
  it('name their verification method after issuer and public key', async () => {
    const key = await generateSigningKey(ISSUER);
    expect(key.verificationMethod).toBe(`${ISSUER}#${key.publicKeyMultibase}`);
    expect(key.publicKeyMultibase).toMatch(/^z6Mk/);
  });

  it('are their own issuer where none is given', async () => {
    const key = await generateSigningKey();
    expect(key.issuerId).toBe(`did:key:${key.publicKeyMultibase}`);
  });

  it('sign the same after having been stored', async () => {
    const key = await generateSigningKey(ISSUER);
    const stored: unknown = JSON.parse(JSON.stringify(exportSigningKey(key)));
    expect(stored).toStrictEqual(exportSigningKey(key));
    const again = await importSigningKey(exportSigningKey(key));
    const data = new TextEncoder().encode('Ada Lovelace');
    expect(await again.sign(data)).toStrictEqual(await key.sign(data));
    expect(again.verificationMethod).toBe(key.verificationMethod);
  });

  it('do not show their secret', async () => {
    const key = await generateSigningKey(ISSUER);
    const { secretKeyMultibase } = exportSigningKey(key);
    expect(JSON.stringify(key)).not.toContain(secretKeyMultibase);
    expect(inspect(key, { depth: 5, showHidden: true })).not.toContain(secretKeyMultibase);
  });

  it('are refused where the halves do not belong together or are damaged', async () => {
    const one = exportSigningKey(await generateSigningKey(ISSUER));
    const other = exportSigningKey(await generateSigningKey(ISSUER));
    await expect(importSigningKey({ ...one, publicKeyMultibase: other.publicKeyMultibase })).rejects.toThrow(
      'do not belong together',
    );
    await expect(
      importSigningKey({ ...one, secretKeyMultibase: one.secretKeyMultibase.slice(0, -1) }),
    ).rejects.toThrow(/size|damaged/);
    await expect(importSigningKey({ ...one, secretKeyMultibase: one.publicKeyMultibase })).rejects.toThrow(
      'damaged',
    );
  });
});

describe('controllerDocument', () => {
  it('lists every key for assertions', async () => {
    const [old, current] = [await generateSigningKey(ISSUER), await generateSigningKey(ISSUER)];
    expect(controllerDocument(ISSUER, [old, current])).toStrictEqual({
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
      id: ISSUER,
      verificationMethod: [old, current].map(({ publicKeyMultibase, verificationMethod }) => ({
        id: verificationMethod,
        type: 'Multikey',
        controller: ISSUER,
        publicKeyMultibase,
      })),
      assertionMethod: [old.verificationMethod, current.verificationMethod],
    });
  });
});

describe('did:key', () => {
  it('resolves to its own key', async () => {
    const { publicKeyMultibase } = await generateSigningKey();
    const did = didKeyFor(publicKeyMultibase);
    expect(resolveDidKey(did)).toStrictEqual(controllerDocument(did, [{ publicKeyMultibase }]));
  });

  it.each(['did:web:example.org', 'did:key:', 'did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169'])(
    'does not resolve %s',
    (id) => {
      expect(resolveDidKey(id)).toBeUndefined();
    },
  );
});
