import type { Runtime } from '../runtime/runtime.ts';
import { findMatch } from './match-regex.ts';
import type { Match } from './match-regex.ts';
import { regexProgram } from './replace-matches.ts';

/**
 * Java's `String.split`: the parts between matches, at most `limit` of them if it is above 0. With a limit of 0 empty
 * parts at the end go; an empty match at the beginning makes no part.
 */
export function splitByRegex(text: string, pattern: string, limit: number, rt: Runtime): string[] {
  const program = regexProgram(pattern, rt);
  const parts: string[] = [];
  let copied = 0;
  const most = limit > 0 ? limit - 1 : Number.POSITIVE_INFINITY;
  for (let from = 0; from <= text.length && parts.length < most;) {
    const match: Match | null = findMatch(program, text, from, (work) => rt.steps(work));
    const [start = 0, end = 0] = match ?? [];
    if (match === null || (start === end && start >= text.length)) break;
    if (end > 0) {
      parts.push(text.slice(copied, start));
      rt.checkList(parts.length);
      copied = end;
    }
    from = end > start ? end : end + 1;
  }
  parts.push(text.slice(copied));
  if (copied === 0 && parts.length === 1) return [text];
  return limit === 0 ? parts.slice(0, parts.findLastIndex((part) => part !== '') + 1) : parts;
}

/** True if the regular expression matches the text from beginning to end. */
export function matchesWhole(text: string, pattern: string, rt: Runtime): boolean {
  const program = regexProgram(`\\A(?:${pattern})\\z`, rt);
  return findMatch(program, text, 0, (work) => rt.steps(work)) !== null;
}
