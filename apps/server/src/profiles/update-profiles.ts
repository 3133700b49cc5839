import type { Tx } from '../platform/db/database.ts';
import type { FieldError } from '../platform/http/hub-error.ts';
import type { Platform } from '../platform/platform.ts';
import { readAttributes, readTags } from './attribute-input.ts';
import { lockProfiles, profileKey, writeContents } from './content-store.ts';
import type { ProfileKey } from './content-store.ts';
import { changeContent } from './profile-content.ts';
import type { ContentChange, ProfileContent } from './profile-content.ts';
import { ensureTags } from './tag-store.ts';

/** A change of a known profile. What it does not name stays. */
export interface ProfileChange extends ProfileKey {
  /** Native fields (`firstName`, `city`, …) and attributes by name; null takes one away. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly tagsAdded?: readonly string[];
  readonly tagsRemoved?: readonly string[];
}

export type ProfileChangeOutcome =
  /** Stored, or true before. `ignored` are reserved names, identifiers among them, that a change cannot set. */
  | { readonly kind: 'updated'; readonly ignored: readonly string[] }
  | { readonly kind: 'missing' }
  /** Nothing of this change is stored. `field` is the name of an attribute, `attributes`, `tags` or `tagsAdded[2]`. */
  | { readonly kind: 'refused'; readonly errors: readonly FieldError[] };

/**
 * Changes profiles as part of the caller's transaction, with as many statements for one as for many; the outcomes are in
 * the order of the changes. Several changes of one profile are applied in their order. The profiles stay locked until
 * the transaction ends. Names and values obey the rules of the compatible API; a profile holds at most 64 KiB of
 * attributes and 200 tags.
 */
export async function updateProfiles(
  tx: Tx,
  { numericIds }: Pick<Platform, 'numericIds'>,
  now: Date,
  changes: readonly ProfileChange[],
): Promise<ProfileChangeOutcome[]> {
  const readings = changes.map((change) => ({ change, ...readChange(change) }));
  const locked = await lockProfiles(
    tx,
    readings.filter(({ errors }) => errors.length === 0).map(({ change }) => change),
  );
  const contents = new Map<string, ProfileContent>();
  const added: { workspaceId: string; name: string }[] = [];
  const outcomes = readings.map(({ change, content, ignored, errors }): ProfileChangeOutcome => {
    if (errors.length > 0) return { kind: 'refused', errors };
    const key = profileKey(change);
    const before = contents.get(key) ?? locked.get(key)?.content;
    if (before === undefined) return { kind: 'missing' };
    const outcome = changeContent(before, content);
    if (outcome.kind === 'too-large') return { kind: 'refused', errors: outcome.errors };
    contents.set(key, outcome.content);
    added.push(...content.tagsAdded.map((name) => ({ workspaceId: change.workspaceId, name })));
    return { kind: 'updated', ignored };
  });
  await writeContents(
    tx,
    now,
    [...locked].flatMap(([key, profile]) => {
      const content = contents.get(key) ?? profile.content;
      return content === profile.content ? [] : [{ ...profile, content }];
    }),
  );
  await ensureTags(tx, numericIds, now, added);
  return outcomes;
}

function readChange({ attributes = {}, tagsAdded = [], tagsRemoved = [] }: ProfileChange): {
  readonly content: ContentChange;
  readonly ignored: readonly string[];
  readonly errors: readonly FieldError[];
} {
  const read = readAttributes(attributes, { fields: 'read', prefix: '' });
  const added = readTags(tagsAdded, 'tagsAdded');
  const removed = readTags(tagsRemoved, 'tagsRemoved');
  return {
    content: { attributes: read.values, tagsAdded: added.tags, tagsRemoved: removed.tags },
    ignored: read.ignored,
    errors: [...read.errors, ...added.errors, ...removed.errors],
  };
}
