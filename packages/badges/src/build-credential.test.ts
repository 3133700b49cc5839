import { describe, expect, it } from 'vitest';

import { buildAchievementCredential } from './build-credential.ts';
import type { CredentialInput } from './credential-input.ts';
import { built, sampleInput } from './sample-input.ts';

describe('buildAchievementCredential', () => {
  it('writes lists where the strict schema wants lists, and leaves out what is not given', () => {
    expect(built(sampleInput)).toStrictEqual({
      '@context': [
        'https://www.w3.org/ns/credentials/v2',
        'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json',
      ],
      id: 'urn:uuid:6f0a8c1e-6c0f-4c0e-9c0a-2b9d7d9f1a11',
      type: ['VerifiableCredential', 'OpenBadgeCredential'],
      name: 'Analytical engines',
      issuer: { id: 'https://example.org/issuers/1', type: ['Profile'], name: 'Example Academy' },
      validFrom: '2025-03-01T12:00:00Z',
      awardedDate: '2025-03-01T12:00:00Z',
      credentialSubject: {
        type: ['AchievementSubject'],
        identifier: [
          {
            type: 'IdentityObject',
            hashed: true,
            identityHash: 'sha256$c6e170fb83319363a6bdc1c057bad6e22df3046d6e909c2ae8f499ab6cf31556',
            identityType: 'emailAddress',
            salt: '00112233445566778899aabbccddeeff',
          },
          { type: 'IdentityObject', hashed: false, identityHash: 'Ada Lovelace', identityType: 'name' },
        ],
        achievement: {
          id: 'https://example.org/achievements/1',
          type: ['Achievement'],
          achievementType: 'Certificate',
          name: 'Analytical engines',
          description: 'Knows the analytical engine',
          criteria: { narrative: 'Pass the examination' },
        },
      },
    });
  });

  it('writes everything that is given', () => {
    const document = built({
      ...sampleInput,
      description: 'A course',
      issuer: {
        ...sampleInput.issuer,
        url: 'https://example.org',
        description: 'An academy',
        email: ' office@example.org ',
        image: 'https://example.org/logo.png',
      },
      validUntil: new Date('2026-03-01T12:00:00.250Z'),
      achievement: {
        ...sampleInput.achievement,
        criteria: { id: 'https://example.org/criteria', narrative: 'Pass' },
        image: 'data:image/svg+xml;base64,PHN2Zy8+',
      },
      evidence: [{ id: 'https://example.org/work', name: 'Notes', genre: 'Prose', audience: 'All' }],
    });
    expect(document.description).toBe('A course');
    expect(document.validUntil).toBe('2026-03-01T12:00:00.250Z');
    expect(document.issuer).toStrictEqual({
      id: 'https://example.org/issuers/1',
      type: ['Profile'],
      name: 'Example Academy',
      url: 'https://example.org',
      description: 'An academy',
      email: 'office@example.org',
      image: { id: 'https://example.org/logo.png', type: 'Image' },
    });
    expect(document.credentialSubject.achievement.criteria).toStrictEqual({
      id: 'https://example.org/criteria',
      narrative: 'Pass',
    });
    expect(document.credentialSubject.achievement.image).toStrictEqual({
      id: 'data:image/svg+xml;base64,PHN2Zy8+',
      type: 'Image',
    });
    expect(document.evidence).toStrictEqual([
      { id: 'https://example.org/work', type: ['Evidence'], name: 'Notes', genre: 'Prose', audience: 'All' },
    ]);
  });

  it('never writes the address', () => {
    expect(JSON.stringify(built(sampleInput))).not.toContain('ada@example.org');
  });

  it('leaves out an empty list of evidence and the name that is not to be shown', () => {
    const { email, salt } = sampleInput.recipient;
    const document = built({ ...sampleInput, recipient: { email, salt }, evidence: [] });
    expect(document).not.toHaveProperty('evidence');
    expect(document.credentialSubject.identifier.map(({ identityType }) => identityType)).toStrictEqual([
      'emailAddress',
    ]);
  });
});

describe('the problems of an input', () => {
  const { issuer, recipient, achievement } = sampleInput;
  const wrong: readonly (readonly [string, CredentialInput])[] = [
    ['id', { ...sampleInput, id: '6f0a8c1e-6c0f-4c0e-9c0a-2b9d7d9f1a11' }],
    ['id', { ...sampleInput, id: 'urn:uuid:6F0A8C1E-6C0F-4C0E-9C0A-2B9D7D9F1A11' }],
    ['name', { ...sampleInput, name: '  ' }],
    ['name', { ...sampleInput, name: 'half \uD835' }],
    ['name', { ...sampleInput, name: 'bell \u0007' }],
    ['description', { ...sampleInput, description: '' }],
    ['issuer.id', { ...sampleInput, issuer: { ...issuer, id: 'https://example.org/issuers/1#key' } }],
    ['issuer.id', { ...sampleInput, issuer: { ...issuer, id: 'mailto:ada@example.org' } }],
    ['issuer.url', { ...sampleInput, issuer: { ...issuer, url: 'javascript:alert(1)' } }],
    ['issuer.url', { ...sampleInput, issuer: { ...issuer, url: 'https://example.org/a b' } }],
    ['issuer.email', { ...sampleInput, issuer: { ...issuer, email: 'example.org' } }],
    ['issuer.image', { ...sampleInput, issuer: { ...issuer, image: 'data:text/html,x' } }],
    ['validFrom', { ...sampleInput, validFrom: new Date(Number.NaN) }],
    ['awardedDate', { ...sampleInput, awardedDate: new Date('+012025-01-01T00:00:00Z') }],
    ['validUntil', { ...sampleInput, validUntil: sampleInput.validFrom }],
    ['recipient.email', { ...sampleInput, recipient: { ...recipient, email: 'ada at example.org' } }],
    ['recipient.salt', { ...sampleInput, recipient: { ...recipient, salt: 'Kosher' } }],
    ['recipient.name', { ...sampleInput, recipient: { ...recipient, name: '' } }],
    ['achievement.id', { ...sampleInput, achievement: { ...achievement, id: 'name:1' } }],
    [
      'achievement.achievementType',
      { ...sampleInput, achievement: { ...achievement, achievementType: 'Medal' } },
    ],
    ['achievement.criteria', { ...sampleInput, achievement: { ...achievement, criteria: {} } }],
    ['evidence.0', { ...sampleInput, evidence: [{}] }],
    ['evidence.1.name', { ...sampleInput, evidence: [{ name: 'Notes' }, { name: '' }] }],
    ['achievement.id', { ...sampleInput, achievement: { ...achievement, id: issuer.id } }],
    [
      'evidence.1.id',
      {
        ...sampleInput,
        evidence: [
          { id: 'https://example.org/e', name: 'a' },
          { id: 'https://example.org/e', name: 'b' },
        ],
      },
    ],
  ];

  it.each(wrong)('names %s', (path, input) => {
    const result = buildAchievementCredential(input);
    expect(result.kind === 'invalid' && result.problems.map((problem) => problem.path)).toStrictEqual([path]);
  });

  it('names all of them together', () => {
    const result = buildAchievementCredential({ ...sampleInput, id: '', name: '' });
    expect(result.kind === 'invalid' && result.problems.map(({ path }) => path)).toStrictEqual([
      'id',
      'name',
    ]);
  });

  it('takes one image for the issuer and the achievement', () => {
    const image = 'https://example.org/logo.png';
    const result = buildAchievementCredential({
      ...sampleInput,
      issuer: { ...issuer, image },
      achievement: { ...achievement, image, achievementType: 'ext:Licence' },
    });
    expect(result.kind).toBe('built');
  });
});
