import fc from 'fast-check';

import type { AchievementCredential } from './achievement-credential.ts';
import { buildAchievementCredential } from './build-credential.ts';
import type { CredentialInput, EvidenceInput } from './credential-input.ts';

/** For tests: a small input that is right. */
export const sampleInput: CredentialInput = {
  id: 'urn:uuid:6f0a8c1e-6c0f-4c0e-9c0a-2b9d7d9f1a11',
  name: 'Analytical engines',
  issuer: { id: 'https://example.org/issuers/1', name: 'Example Academy' },
  validFrom: new Date('2025-03-01T12:00:00Z'),
  awardedDate: new Date('2025-03-01T12:00:00Z'),
  recipient: { email: 'ada@example.org', salt: '00112233445566778899aabbccddeeff', name: 'Ada Lovelace' },
  achievement: {
    id: 'https://example.org/achievements/1',
    achievementType: 'Certificate',
    name: 'Analytical engines',
    description: 'Knows the analytical engine',
    criteria: { narrative: 'Pass the examination' },
  },
};

/** For tests: the document of an input that has to be right. */
export function built(input: CredentialInput): AchievementCredential {
  const result = buildAchievementCredential(input);
  if (result.kind === 'invalid') throw new Error(JSON.stringify(result.problems));
  return result.document;
}

/** Texts of all scripts, and such as have a meaning in JSON, JSON-LD or N-Quads. */
const texts = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
    fc.constantFrom(
      'Zażółć gęślą jaźń',
      'أدا لوفلايس',
      '愛達',
      '𝒜da "Λ" \\ <b>',
      '@id',
      '_:b0',
      'a\tb\r\nc',
      'null',
      '🧮',
    ),
  )
  // oxlint-disable-next-line no-control-regex -- what the builder refuses
  .filter((text) => text.trim() !== '' && !/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/.test(text));

const optionalText = fc.option(texts, { nil: undefined });
const instants = fc.date({
  min: new Date('2000-01-01T00:00:00Z'),
  max: new Date('2100-01-01T00:00:00Z'),
  noInvalidDate: true,
});

/** A URL under its own path, so that no two parts of one credential share an id. */
function urls(path: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.webUrl({ validSchemes: ['https'], withQueryParameters: true }), fc.uuid())
    .map(([url, uuid]) => `${new URL(url).origin}/${path}/${uuid}${new URL(url).search}`);
}

const evidence: fc.Arbitrary<EvidenceInput> = fc
  .record({
    id: fc.option(urls('evidence'), { nil: undefined }),
    name: optionalText,
    description: optionalText,
    narrative: optionalText,
    genre: optionalText,
    audience: optionalText,
  })
  .filter((one) => Object.values(one).some((value) => value !== undefined));

/** For tests: right inputs of every shape, issued by this issuer. */
export function inputs(issuerId: string): fc.Arbitrary<CredentialInput> {
  const images = fc.option(fc.oneof(urls('image'), fc.constant('data:image/png;base64,iVBORw0KGgo=')), {
    nil: undefined,
  });
  return fc
    .record({
      id: fc.uuid().map((uuid) => `urn:uuid:${uuid}`),
      name: texts,
      description: optionalText,
      issuer: fc.record({
        id: fc.constant(issuerId),
        name: texts,
        url: fc.option(urls('home'), { nil: undefined }),
        description: optionalText,
        email: fc.option(fc.emailAddress(), { nil: undefined }),
        image: images,
      }),
      validFrom: instants,
      days: fc.option(fc.integer({ min: 1, max: 4000 }), { nil: undefined }),
      awardedDate: instants,
      recipient: fc.record({
        email: fc.emailAddress(),
        salt: fc
          .uint8Array({ minLength: 16, maxLength: 16 })
          .map((bytes) => Buffer.from(bytes).toString('hex')),
        name: optionalText,
      }),
      achievement: fc.record({
        id: urls('achievement'),
        achievementType: fc.constantFrom('Certificate', 'Badge', 'ext:Licence'),
        name: texts,
        description: texts,
        criteria: fc.oneof(
          fc.record({ narrative: texts }),
          fc.record({ id: urls('criteria') }),
          fc.record({ id: urls('criteria'), narrative: texts }),
        ),
        image: images,
      }),
      evidence: fc.option(fc.array(evidence, { maxLength: 3 }), { nil: undefined }),
    })
    .map(({ days, ...input }) => ({
      ...input,
      validUntil: days === undefined ? undefined : new Date(input.validFrom.getTime() + days * 86_400_000),
    }));
}
