import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { changeContent, EMPTY_CONTENT } from './profile-content.ts';
import type { ContentChange, ProfileContent } from './profile-content.ts';

const name = fc.constantFrom('city', 'score', '__proto__', 'constructor', 'plan');
const tag = fc.constantFrom('vip', 'new', 'graduate');
const attributes = fc
  .array(fc.tuple(name, fc.oneof(fc.constant(null), fc.integer(), fc.string({ maxLength: 5 }))))
  .map((entries) => new Map<string, unknown>(entries));
const change: fc.Arbitrary<ContentChange> = fc.record({
  attributes,
  tagsAdded: fc.array(tag),
  tagsRemoved: fc.array(tag),
});

function apply(content: ProfileContent, ...changes: readonly ContentChange[]): ProfileContent {
  return changes.reduce((before, next) => {
    const outcome = changeContent(before, next);
    if (outcome.kind !== 'changed') throw new Error('too large');
    return outcome.content;
  }, content);
}

describe('the content of a profile', () => {
  it('is the same after a change is made twice, and the very same object where nothing changes', () => {
    fc.assert(
      fc.property(change, change, (before, next) => {
        const once = apply(EMPTY_CONTENT, before, next);
        expect(apply(once, next)).toBe(once);
      }),
    );
  });

  it('has what was set and not what was taken away, and of tags what was added last', () => {
    fc.assert(
      fc.property(change, change, (before, next) => {
        const { attributes: after, tags } = apply(EMPTY_CONTENT, before, next);
        for (const [key, value] of next.attributes) {
          const found = Object.entries(after).filter(([owned]) => owned === key);
          expect(found).toEqual(value === null ? [] : [[key, value]]);
        }
        for (const added of next.tagsAdded) expect(tags).toContain(added);
        for (const removed of next.tagsRemoved) {
          expect(tags.includes(removed)).toBe(next.tagsAdded.includes(removed));
        }
        expect(new Set(tags).size).toBe(tags.length);
      }),
    );
  });

  it('keeps the agreements that a change does not name', () => {
    const set = (value: unknown): ContentChange => ({
      attributes: new Map([['agreements', value]]),
      tagsAdded: [],
      tagsRemoved: [],
    });
    expect(apply(EMPTY_CONTENT, set({ email: true, sms: true }), set({ sms: false })).attributes).toEqual({
      agreements: { email: true, sms: false },
    });
    expect(apply(EMPTY_CONTENT, set({ email: true }), set(null)).attributes).toEqual({});
  });

  it('is refused beyond 64 KiB of attributes and 200 tags, and can always be made smaller', () => {
    const of = (bytes: number) =>
      changeContent(EMPTY_CONTENT, {
        attributes: new Map([['a', 'ü'.repeat((bytes - '{"a":""}'.length) / 2)]]),
        tagsAdded: [],
        tagsRemoved: [],
      });
    const full = of(65_536);
    expect(full.kind).toBe('changed');
    expect(of(65_538)).toMatchObject({ kind: 'too-large', errors: [{ field: 'attributes' }] });
    const tags = Array.from({ length: 201 }, (_, index) => `tag ${index}`);
    const tagged = (tagsAdded: readonly string[]) =>
      changeContent(EMPTY_CONTENT, { attributes: new Map(), tagsAdded, tagsRemoved: [] });
    expect(tagged(tags)).toMatchObject({ kind: 'too-large', errors: [{ field: 'tags' }] });
    expect(tagged(tags.slice(1)).kind).toBe('changed');
    if (full.kind !== 'changed') return;
    const emptied = { attributes: new Map([['a', null]]), tagsAdded: [], tagsRemoved: [] };
    expect(changeContent(full.content, emptied)).toMatchObject({ content: { attributes: {} } });
  });
});
