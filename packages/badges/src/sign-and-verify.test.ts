import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import type { AchievementCredential, SignedCredential } from './achievement-credential.ts';
import { controllerDocument } from './controller-document.ts';
import { built, inputs, sampleInput } from './sample-input.ts';
import { signCredential } from './sign-credential.ts';
import { generateSigningKey } from './signing-key.ts';
import type { LocalSigningKey } from './signing-key.ts';
import { verifyCredential } from './verify-credential.ts';

const CREATED = new Date('2025-03-01T12:00:01Z');
const nobody = { resolveController: async () => undefined };

let own: LocalSigningKey;
let hosted: LocalSigningKey;
let document: AchievementCredential;
let signed: SignedCredential;

beforeAll(async () => {
  own = await generateSigningKey();
  hosted = await generateSigningKey(sampleInput.issuer.id);
  document = built({ ...sampleInput, issuer: { ...sampleInput.issuer, id: own.issuerId } });
  signed = await signCredential(document, own, CREATED);
});

describe('signCredential', () => {
  it('adds one proof as a list and leaves the document as it is', () => {
    const { proof, ...rest } = signed;
    expect(rest).toStrictEqual(document);
    expect(document).not.toHaveProperty('proof');
    expect(proof).toStrictEqual([
      {
        type: 'DataIntegrityProof',
        cryptosuite: 'eddsa-rdfc-2022',
        created: '2025-03-01T12:00:01Z',
        verificationMethod: own.verificationMethod,
        proofPurpose: 'assertionMethod',
        proofValue: expect.stringMatching(/^z[1-9A-HJ-NP-Za-km-z]{80,90}$/) as string,
      },
    ]);
  });

  it('gives the same bytes for the same document, key and second', async () => {
    const again = await signCredential(document, own, new Date(CREATED.getTime() + 400));
    expect(JSON.stringify(again)).toBe(JSON.stringify(signed));
    const later = await signCredential(document, own, new Date(CREATED.getTime() + 1000));
    expect(later.proof[0].proofValue).not.toBe(signed.proof[0].proofValue);
  });

  it('refuses a term that the contexts do not define', async () => {
    const { credentialSubject } = document;
    for (const extended of [
      { ...document, unheardOf: 'x' },
      { ...document, endorsementJwt: ['x'] },
      { ...document, credentialSubject: { ...credentialSubject, unheardOf: 'x' } },
      { ...document, credentialSubject: { ...credentialSubject, type: ['UnheardOf'] } },
    ] as unknown as AchievementCredential[])
      await expect(signCredential(extended, own, CREATED)).rejects.toThrow('Safe mode');
  });

  it('refuses a context that it does not carry', async () => {
    const contexts = [...document['@context'], 'https://example.org/context.json'];
    await expect(
      signCredential({ ...document, '@context': contexts } as unknown as AchievementCredential, own, CREATED),
    ).rejects.toThrow('https://example.org/context.json');
  });

  it('refuses to sign for another issuer', async () => {
    await expect(signCredential(document, hosted, CREATED)).rejects.toThrow('belongs to');
  });
});

describe('verifyCredential', () => {
  it('takes back what was signed, also through JSON and with a bare proof', async () => {
    const valid = {
      kind: 'valid',
      credentialId: document.id,
      issuerId: own.issuerId,
      verificationMethod: own.verificationMethod,
      created: '2025-03-01T12:00:01Z',
    };
    expect(await verifyCredential(signed, nobody)).toStrictEqual(valid);
    expect(await verifyCredential(JSON.parse(JSON.stringify(signed)), nobody)).toStrictEqual(valid);
    expect(await verifyCredential({ ...signed, proof: signed.proof[0] }, nobody)).toStrictEqual(valid);
  });

  it('takes back every credential that can be built', async () => {
    await fc.assert(
      fc.asyncProperty(inputs(own.issuerId), async (input) => {
        const one = await signCredential(built(input), own, CREATED);
        expect(await verifyCredential(JSON.parse(JSON.stringify(one)), nobody)).toMatchObject({
          kind: 'valid',
        });
      }),
      { numRuns: 150 },
    );
  });

  it('does not judge the period of validity', async () => {
    for (const year of [1999, 2999]) {
      const period = {
        validFrom: new Date(Date.UTC(year, 0, 1)),
        validUntil: new Date(Date.UTC(year, 1, 1)),
      };
      const one = built({ ...sampleInput, ...period, issuer: { ...sampleInput.issuer, id: own.issuerId } });
      expect(await verifyCredential(await signCredential(one, own, CREATED), nobody)).toMatchObject({
        kind: 'valid',
      });
    }
  });

  it('asks the resolver for every issuer that is no did:key', async () => {
    const one = await signCredential(built(sampleInput), hosted, CREATED);
    const asked: string[] = [];
    const result = await verifyCredential(one, {
      resolveController: async (id) => {
        asked.push(id);
        return controllerDocument(id, [own, hosted]);
      },
    });
    expect(result).toMatchObject({ kind: 'valid', issuerId: sampleInput.issuer.id });
    expect(asked).toStrictEqual([sampleInput.issuer.id]);
  });

  it('refuses a key that the issuer does not list, or no longer lists for assertions', async () => {
    const one = await signCredential(built(sampleInput), hosted, CREATED);
    const { id } = sampleInput.issuer;
    const listed = controllerDocument(id, [hosted]);
    for (const controller of [
      undefined,
      controllerDocument(id, []),
      controllerDocument(id, [own]),
      controllerDocument('https://example.org/issuers/2', [hosted]),
      { ...listed, assertionMethod: [] },
      {
        ...listed,
        verificationMethod: listed.verificationMethod.map((method) => ({
          ...method,
          publicKeyMultibase: own.publicKeyMultibase,
        })),
      },
    ])
      expect(await verifyCredential(one, { resolveController: async () => controller })).toMatchObject({
        kind: 'invalid',
      });
  });

  it('does not take a failing resolver for a verdict', async () => {
    const one = await signCredential(built(sampleInput), hosted, CREATED);
    await expect(
      verifyCredential(one, { resolveController: () => Promise.reject(new Error('out of reach')) }),
    ).rejects.toThrow('out of reach');
  });

  it('refuses the proof of somebody else for the issuer', async () => {
    const stranger = await generateSigningKey();
    const { proof } = await signCredential(
      { ...document, issuer: { ...document.issuer, id: stranger.issuerId } },
      stranger,
      CREATED,
    );
    expect(await verifyCredential({ ...document, proof }, nobody)).toStrictEqual({
      kind: 'invalid',
      problems: [{ path: 'proof.verificationMethod', message: 'must be a key of the issuer' }],
    });
  });

  it.each([[null], ['text'], [7], [[]], [{}]])('refuses %j', async (value) => {
    expect(await verifyCredential(value, nobody)).toMatchObject({ kind: 'invalid' });
  });
});
