import type { z } from 'zod';

import { fieldPath } from './field-path.ts';
import { KINDS, segmentConditionSchema } from './segment.ts';
import type { SegmentCondition } from './segment.ts';

export interface ConditionIssue {
  /** A path such as `all[0].value`; empty for the condition itself. */
  readonly field: string;
  readonly message: string;
}

export type ParseSegmentOutcome =
  | { readonly kind: 'parsed'; readonly condition: SegmentCondition }
  | { readonly kind: 'refused'; readonly issues: readonly ConditionIssue[] };

/** Reads the condition of a segment; whatever does not fit is an issue with its field. */
export function parseSegment(document: unknown): ParseSegmentOutcome {
  const parsed = segmentConditionSchema.safeParse(document);
  if (parsed.success) return { kind: 'parsed', condition: parsed.data };
  return { kind: 'refused', issues: parsed.error.issues.flatMap((issue) => issuesOf(document, [], issue)) };
}

/** A union tells what is wrong for each of its members: the one that the author meant counts. */
function issuesOf(
  document: unknown,
  within: readonly PropertyKey[],
  issue: z.core.$ZodIssue,
): ConditionIssue[] {
  const path = [...within, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: fieldPath([...path, key]), message: 'is not a known field' }));
  }
  if (issue.code === 'invalid_union' && issue.message === 'Invalid input') {
    const kind = kindOf(path.reduce(member, document));
    if (kind === undefined) {
      return [{ field: fieldPath(path), message: `must have one of the fields ${KINDS.join(', ')}` }];
    }
    const meant = issue.errors[KINDS.indexOf(kind)];
    if (meant === undefined) return [{ field: fieldPath(path), message: 'is nested too deeply' }];
    return meant.flatMap((inner) => issuesOf(document, path, inner));
  }
  return [{ field: fieldPath(path), message: issue.message }];
}

function member(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function kindOf(value: unknown): (typeof KINDS)[number] | undefined {
  return typeof value === 'object' && value !== null
    ? KINDS.find((kind) => Object.hasOwn(value, kind))
    : undefined;
}
