import { isDeepStrictEqual } from 'node:util';

import type { FieldError } from '../platform/http/hub-error.ts';

/** What a profile holds besides its identifiers: fields and attributes by name, and tags. */
export interface ProfileContent {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
}

export interface ContentChange {
  /** By name; null takes the attribute away. */
  readonly attributes: ReadonlyMap<string, unknown>;
  readonly tagsAdded: readonly string[];
  /** One that is also added stays. */
  readonly tagsRemoved: readonly string[];
}

export type ContentOutcome =
  /** `content` is the very same object where nothing changes. */
  | { readonly kind: 'changed'; readonly content: ProfileContent }
  | { readonly kind: 'too-large'; readonly errors: readonly FieldError[] };

export const EMPTY_CONTENT: ProfileContent = { attributes: {}, tags: [] };
/** Of all attributes and fields of a profile, as JSON in UTF-8. */
const MAX_ATTRIBUTE_BYTES = 64 * 1024;
const MAX_TAGS = 200;

/** A profile's content after a change; refused where the profile would outgrow its limits. */
export function changeContent(content: ProfileContent, change: ContentChange): ContentOutcome {
  const attributes = new Map(Object.entries(content.attributes));
  for (const [name, value] of change.attributes) {
    if (value === null) attributes.delete(name);
    else attributes.set(name, name === 'agreements' ? merged(attributes.get(name), value) : value);
  }
  const removed = new Set(change.tagsRemoved).difference(new Set(change.tagsAdded));
  const tags = [...new Set([...content.tags.filter((tag) => !removed.has(tag)), ...change.tagsAdded])];
  const next: ProfileContent = { attributes: Object.fromEntries(attributes), tags };
  if (isDeepStrictEqual(next, content)) return { kind: 'changed', content };
  const errors: FieldError[] = [];
  const bytes = Buffer.byteLength(JSON.stringify(next.attributes));
  if (bytes > MAX_ATTRIBUTE_BYTES) {
    const message = `would make ${bytes} bytes of attributes; a profile holds at most ${MAX_ATTRIBUTE_BYTES}`;
    errors.push({ field: 'attributes', message });
  }
  if (tags.length > MAX_TAGS) {
    errors.push({ field: 'tags', message: `would make ${tags.length}; a profile has at most ${MAX_TAGS}` });
  }
  return errors.length > 0 ? { kind: 'too-large', errors } : { kind: 'changed', content: next };
}

/** Agreements are given one by one: those that a change does not name stay. */
function merged(before: unknown, after: unknown): unknown {
  return typeof before === 'object' && before !== null ? { ...before, ...Object(after) } : after;
}
