import type { SegmentChoice } from '@laurel/workflow';

import type { Queryable } from '../platform/db/database.ts';
import { segmentNamed, segmentOf } from '../segments/index.ts';
import type { Segment } from '../segments/index.ts';

export type Condition = Segment['condition'];

export type ResolvedSegments =
  | { readonly kind: 'resolved'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'missing'; readonly reference: string };

/** The conditions of the segments that a node names, as they are now. */
export async function resolveSegments(
  db: Queryable,
  workspaceId: string,
  choices: readonly SegmentChoice[],
): Promise<ResolvedSegments> {
  const conditions: Condition[] = [];
  for (const choice of choices) {
    if ('condition' in choice) {
      conditions.push(choice.condition);
      continue;
    }
    const { segment: reference } = choice;
    const found = isUuid(reference)
      ? await segmentOf(db, workspaceId, reference)
      : await segmentNamed(db, workspaceId, reference);
    if (found === undefined) return { kind: 'missing', reference };
    conditions.push(found.condition);
  }
  return { kind: 'resolved', conditions };
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text);
}
