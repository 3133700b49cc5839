import type { SourceMap, Span } from '../syntax/source-map.ts';
import { findJsonError } from './find-json-error.ts';

/** Where a part of the output begins, and the text or insert of the template that wrote it. */
export interface TraceEntry {
  readonly offset: number;
  readonly at: Span;
  readonly isText: boolean;
}

/** Says what is wrong with a rendered JSON text and which place of the template wrote it. */
export function explainInvalidJson(
  text: string,
  trace: readonly TraceEntry[],
  map: SourceMap,
): { at: Span; message: string } {
  const found = findJsonError(text);
  const offset = found?.offset ?? 0;
  let last: Span = map.span(0, 0);
  for (const { offset: from, at, isText } of trace) {
    if (from > offset) break;
    last = isText ? map.span(Math.min(at.start + offset - from, at.end), at.end) : at;
  }
  const shown = JSON.stringify(text.slice(Math.max(0, offset - 20), offset + 20));
  const message = `The rendered text is no JSON: ${found?.message ?? 'it does not parse'} near ${shown}.`;
  return { at: last, message };
}
