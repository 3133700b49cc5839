import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { built, inputs, sampleInput } from './sample-input.ts';
import { signCredential } from './sign-credential.ts';
import { generateSigningKey } from './signing-key.ts';
import type { LocalSigningKey } from './signing-key.ts';
import { verifyCredential } from './verify-credential.ts';
import type { Verification } from './verify-credential.ts';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
type JsonObject = { [name: string]: Json };
type Path = readonly (string | number)[];

const CREATED = new Date('2025-03-01T12:00:01Z');

let key: LocalSigningKey;
let signed: JsonObject;

beforeAll(async () => {
  key = await generateSigningKey();
  signed = await signedJson({
    ...sampleInput,
    issuer: { ...sampleInput.issuer, id: key.issuerId, image: 'https://example.org/logo.png' },
    evidence: [{ id: 'https://example.org/work', name: 'Notes', narrative: 'On the engine' }],
  });
});

async function signedJson(input: typeof sampleInput): Promise<JsonObject> {
  return JSON.parse(JSON.stringify(await signCredential(built(input), key, CREATED))) as JsonObject;
}

function verify(document: unknown): Promise<Verification> {
  return verifyCredential(document, { resolveController: async () => undefined });
}

/** A copy with the value at the path replaced. */
function replaced(value: Json, path: Path, change: (old: Json) => Json): Json {
  const [name, ...rest] = path;
  if (name === undefined) return change(value);
  const copy = structuredClone(value) as Record<string | number, Json>;
  copy[name] = replaced(copy[name]!, rest, change);
  return copy;
}

function leaves(value: Json, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, item]) => leaves(item, [...path, name]));
}

const edits = fc.record({
  at: fc.nat(),
  remove: fc.constantFrom(0, 1),
  insert: fc.oneof(
    fc.constant(''),
    fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
    fc.constantFrom('0', 'a', 'Z', '\uD800'),
  ),
});

function edit(text: string, { at, remove, insert }: { at: number; remove: number; insert: string }): string {
  const place = text.length === 0 ? 0 : at % text.length;
  return text.slice(0, place) + insert + text.slice(place + remove);
}

describe('a signed credential is refused', () => {
  it('after a change of one letter of any text in it', async () => {
    await fc.assert(
      fc.asyncProperty(
        inputs(key.issuerId),
        fc.array(fc.tuple(fc.nat(), edits), { minLength: 4, maxLength: 4 }),
        async (input, changes) => {
          const document = await signedJson(input);
          const paths = leaves(document);
          for (const [which, change] of changes) {
            const path = paths[which % paths.length]!;
            const tampered = replaced(document, path, (old) =>
              typeof old === 'string' ? edit(old, change) : !old,
            );
            if (JSON.stringify(tampered) === JSON.stringify(document)) continue;
            expect({ path, change, ...(await verify(tampered)) }).toMatchObject({ kind: 'invalid' });
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('after a change at every single text of one credential', async () => {
    for (const path of leaves(signed))
      for (const change of [
        (old: Json) => `${JSON.stringify(old)}x`,
        (old: Json) => JSON.stringify(old).slice(2, -1),
        () => '',
        () => null,
      ]) {
        const tampered = replaced(signed, path, change);
        expect({ path, ...(await verify(tampered)) }).toMatchObject({ kind: 'invalid' });
      }
  });

  it('after a change of one byte of its JSON, where that is JSON at all', async () => {
    const bytes = Buffer.from(JSON.stringify(signed));
    let parsed = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const copy = Buffer.from(bytes);
        copy[at] = copy[at]! ^ flip;
        const tampered = parse(copy);
        if (tampered === undefined || JSON.stringify(tampered) === JSON.stringify(signed)) return;
        parsed += 1;
        expect({ json: copy.toString(), ...(await verify(tampered)) }).toMatchObject({ kind: 'invalid' });
      }),
      { numRuns: 2000 },
    );
    expect(parsed).toBeGreaterThan(300);
  });

  it('without any one of its members', async () => {
    for (const path of members(signed)) {
      const holder = path.slice(0, -1);
      const tampered = replaced(signed, holder, (old) => {
        const { [String(path.at(-1))]: _, ...rest } = old as JsonObject;
        return rest;
      });
      expect({ path, ...(await verify(tampered)) }).toMatchObject({ kind: 'invalid' });
    }
  });

  // Each of these makes the same statements as the signed document, so its signature still fits.
  const subject: Path = ['credentialSubject'];
  const achievement: Path = ['credentialSubject', 'achievement'];
  const rewritten: readonly (readonly [string, Path, (old: JsonObject) => Json])[] = [
    ['has a null added', achievement, (old) => ({ ...old, fieldOfStudy: null })],
    [
      'hides a name behind its IRI',
      achievement,
      ({ name, ...old }) => ({ ...old, 'https://schema.org/name': name! }),
    ],
    [
      'brings a context of its own',
      achievement,
      ({ name, ...old }) => ({ ...old, '@context': { title: 'https://schema.org/name' }, title: name! }),
    ],
    ['uses a keyword for its id', achievement, ({ id, ...old }) => ({ ...old, '@id': id! })],
    ['labels a blank node', subject, (old) => ({ ...old, id: '_:subject' })],
    [
      'tells a part in two pieces',
      subject,
      ({ achievement: whole, ...old }) => {
        const { name, description, ...rest } = whole as JsonObject;
        return {
          ...old,
          achievement: [
            { ...rest, name: name! },
            { id: rest['id']!, description: description! },
          ],
        };
      },
    ],
    [
      'has a third context',
      [],
      (old) => ({
        ...old,
        '@context': [...(old['@context'] as Json[]), { title: 'https://schema.org/name' }],
      }),
    ],
  ];

  it.each(rewritten)('that %s', async (_, path, change) => {
    const result = await verify(replaced(signed, path, (old) => change(old as JsonObject)));
    expect(result).toMatchObject({ kind: 'invalid' });
    expect(result.kind === 'invalid' && result.problems.map((problem) => problem.path)).not.toContain(
      'proof',
    );
  });

  it('that holds half of a surrogate pair in the place of another', async () => {
    const half = built({ ...sampleInput, issuer: { ...sampleInput.issuer, id: key.issuerId } });
    const one = await signCredential({ ...half, name: 'a\uD800' }, key, CREATED);
    expect(await verify({ ...one, name: 'a\uD801' })).toMatchObject({
      kind: 'invalid',
      problems: [{ path: 'name' }],
    });
  });

  it.each(['\t', ' ', '\n'])(
    'with a blank (%j) in its signature, which decoders of base58 pass over',
    async (blank) => {
      const tampered = replaced(
        signed,
        ['proof', 0, 'proofValue'],
        (old) => `${JSON.stringify(old).slice(1, 20)}${blank}${JSON.stringify(old).slice(20, -1)}`,
      );
      expect(await verify(tampered)).toMatchObject({
        kind: 'invalid',
        problems: [{ path: 'proof.proofValue' }],
      });
    },
  );

  it('with a status that nobody looked at', async () => {
    const credentialStatus = { id: 'https://example.org/status#1', type: 'BitstringStatusListEntry' };
    expect(await verify({ ...signed, credentialStatus })).toMatchObject({ kind: 'invalid' });
  });

  it('with several proofs, an empty list of them or one of another suite', async () => {
    const proof = (signed['proof'] as JsonObject[])[0]!;
    for (const proofs of [
      [],
      [proof, proof],
      [{ ...proof, cryptosuite: 'eddsa-jcs-2022' }],
      { ...proof, proofPurpose: 'authentication' },
    ])
      expect(await verify({ ...signed, proof: proofs })).toMatchObject({ kind: 'invalid' });
  });

  it('where it is nested beyond measure', async () => {
    let deep: Json = 'x';
    for (let level = 0; level < 100_000; level += 1) deep = { narrative: deep };
    expect(await verify({ ...signed, evidence: deep })).toMatchObject({ kind: 'invalid' });
  });
});

it('a member may name a part again that is described elsewhere', async () => {
  const image = 'https://example.org/logo.png';
  const { issuer, achievement } = sampleInput;
  const one = await signedJson({
    ...sampleInput,
    issuer: { ...issuer, id: key.issuerId, image },
    achievement: { ...achievement, image },
  });
  expect(await verify(one)).toMatchObject({ kind: 'valid' });
});

function members(value: Json, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => [
    ...(Array.isArray(value) ? [] : [[...path, name]]),
    ...members(item, [...path, name]),
  ]);
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
