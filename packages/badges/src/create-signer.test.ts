import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { AchievementCredential } from './achievement-credential.ts';
import { createSigner } from './create-signer.ts';
import type { CredentialInput, EvidenceInput } from './credential-input.ts';
import { PLACE } from './dataset-template.ts';
import { built, inputs, sampleInput } from './sample-input.ts';
import { signCredential } from './sign-credential.ts';
import { generateSigningKey } from './signing-key.ts';
import type { SigningKey } from './signing-key.ts';
import { verifyCredential } from './verify-credential.ts';

const CREATED = new Date('2025-03-01T12:00:01Z');
/** No check but the first one of every template. */
const checkEvery = Infinity;

/** Counts what it signs: a template's first signature takes two, a later one takes one, the long way takes one. */
let key: SigningKey;
let made: number;
let own: CredentialInput;

beforeAll(async () => {
  const real = await generateSigningKey();
  key = {
    ...real,
    sign: async (data) => {
      made += 1;
      return real.sign(data);
    },
  };
  own = { ...sampleInput, issuer: { ...sampleInput.issuer, id: real.issuerId } };
});

beforeEach(() => {
  made = 0;
});

async function signaturesOf<Result>(
  work: () => Promise<Result>,
): Promise<{ result: Result; signatures: number }> {
  const before = made;
  const result = await work();
  return { result, signatures: made - before };
}

/** An input of the shape of the first one, with the achievement of the first one and everything else of the second. */
function sibling(first: CredentialInput, second: CredentialInput): CredentialInput {
  const { issuer, achievement, validUntil, evidence } = first;
  const { id, name, validFrom, awardedDate, recipient } = second;
  return {
    id,
    name,
    description: first.description === undefined ? undefined : second.achievement.description,
    issuer,
    validFrom,
    validUntil: validUntil === undefined ? undefined : new Date(validFrom.getTime() + 1),
    awardedDate,
    recipient: {
      email: recipient.email,
      salt: recipient.salt,
      name: first.recipient.name === undefined ? undefined : second.achievement.name,
    },
    achievement,
    evidence: evidence?.map((one, index) => other(one, `${second.achievement.name} ${index}`)),
  };
}

function other(one: EvidenceInput, text: string): EvidenceInput {
  return Object.fromEntries(
    Object.entries(one).map(([name, value]: [string, string | undefined]) => [
      name,
      value === undefined ? undefined : name === 'id' ? `${value}/other` : `${text} ${name}`,
    ]),
  );
}

describe('createSigner', () => {
  it('gives the bytes of signCredential for every credential of a batch', async () => {
    const instants = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true });
    await fc.assert(
      fc.asyncProperty(
        inputs(key.issuerId),
        inputs(key.issuerId),
        instants,
        async (first, second, created) => {
          const signer = createSigner({ key, checkEvery });
          const [one, two] = [built(first), built(sibling(first, second))];
          const firstOfBatch = await signaturesOf(() => signer.sign(one, CREATED));
          expect(firstOfBatch.signatures).toBe(2);
          const nextOfBatch = await signaturesOf(() => signer.sign(two, created));
          expect(nextOfBatch.signatures).toBe(1);
          expect(JSON.stringify(firstOfBatch.result)).toBe(
            JSON.stringify(await signCredential(one, key, CREATED)),
          );
          expect(JSON.stringify(nextOfBatch.result)).toBe(
            JSON.stringify(await signCredential(two, key, created)),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('gives credentials that verify', async () => {
    const signer = createSigner({ key, checkEvery });
    for (const digit of ['1', '2', '3']) {
      const document = built({ ...own, id: own.id.slice(0, -1) + digit });
      const signed = await signer.sign(document, CREATED);
      const result = await verifyCredential(signed, { resolveController: async () => undefined });
      expect(result).toMatchObject({ kind: 'valid', credentialId: document.id });
    }
    expect(made).toBe(4);
  });

  it('takes a text for a text, also one that looks like a place', async () => {
    const signer = createSigner({ key, checkEvery });
    await signer.sign(built(own), CREATED);
    const document = built({ ...own, name: `${PLACE}1`, recipient: { ...own.recipient, name: `${PLACE}0` } });
    const { result, signatures } = await signaturesOf(() => signer.sign(document, CREATED));
    expect(signatures).toBe(1);
    expect(result).toStrictEqual(await signCredential(document, key, CREATED));
  });

  it('goes the long way where the shared part holds what looks like a place', async () => {
    const signer = createSigner({ key, checkEvery });
    const document = built({ ...own, achievement: { ...own.achievement, name: `${PLACE}0` } });
    const { result, signatures } = await signaturesOf(() => signer.sign(document, CREATED));
    expect(signatures).toBe(1);
    expect(result).toStrictEqual(await signCredential(document, key, CREATED));
  });

  it('goes the long way where two parts share an id, which makes them one', async () => {
    const signer = createSigner({ key, checkEvery });
    const withEvidence = (id: string, next: string): AchievementCredential => ({
      ...built(own),
      evidence: [
        { id, type: ['Evidence'], name: 'a' },
        { id: next, type: ['Evidence'], genre: 'b' },
      ],
    });
    await signer.sign(withEvidence('https://example.org/1', 'https://example.org/2'), CREATED);
    for (const document of [
      withEvidence('https://example.org/1', 'https://example.org/1'),
      withEvidence('https://example.org/1', own.achievement.id),
      withEvidence('not:an:id', 'https://example.org/1'),
    ])
      expect(await signer.sign(document, CREATED)).toStrictEqual(
        await signCredential(document, key, CREATED),
      );
  });

  it('refuses what signCredential refuses, also in a known batch', async () => {
    const signer = createSigner({ key, checkEvery });
    const document = built(own);
    const signed = await signer.sign(document, CREATED);
    for (const wrong of [
      signed,
      built(sampleInput),
      { ...document, unheardOf: 'x' },
      { ...document, validFrom: 'yesterday' },
      { ...document, id: 'no id' },
    ]) {
      const refusal = await signCredential(wrong, key, CREATED).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(Error);
      await expect(signer.sign(wrong, CREATED)).rejects.toThrow(refusal);
    }
  });

  it('compares a sample with the long way and hands nothing out that differs', async () => {
    const flaky: SigningKey = {
      ...key,
      sign: async (data) => {
        const signature = await key.sign(data);
        if (made > 3) signature[0] = signature[0]! ^ made;
        return signature;
      },
    };
    const signer = createSigner({ key: flaky, checkEvery: 3 });
    await signer.sign(built(own), CREATED);
    await signer.sign(built(own), CREATED);
    await expect(signer.sign(built(own), CREATED)).rejects.toThrow('another signature');
  });

  it('signs a batch at once', async () => {
    const signer = createSigner({ key, checkEvery });
    const documents = Array.from({ length: 20 }, (_, index) => built({ ...own, name: `Copy ${index}` }));
    const signed = await Promise.all(documents.map((document) => signer.sign(document, CREATED)));
    for (const [index, document] of documents.entries())
      expect(signed[index]).toStrictEqual(await signCredential(document, key, CREATED));
  });
});
