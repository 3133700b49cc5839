import { parseSegment } from '@laurel/workflow';
import type { SegmentCondition } from '@laurel/workflow';

/** The condition that a document describes; a test that writes a wrong one fails. */
export function conditionOf(document: unknown): SegmentCondition {
  const parsed = parseSegment(document);
  if (parsed.kind === 'refused') throw new Error(JSON.stringify({ document, issues: parsed.issues }));
  return parsed.condition;
}
