import type { Runtime } from '../runtime/runtime.ts';
import { compileRegex } from './compile-regex.ts';
import { findMatch } from './match-regex.ts';
import type { Match } from './match-regex.ts';
import type { RegexProgram } from './program.ts';

/** Replaces every match of `pattern`. In `replacement` `$1` and `${name}` are groups, a backslash quotes. */
export function replaceMatches(
  text: string,
  pattern: string,
  replacement: string,
  rt: Runtime,
  most: number = Number.POSITIVE_INFINITY,
): string {
  const program = regexProgram(pattern, rt);
  const parts = replacementParts(replacement, program, rt);
  let result = '';
  let copied = 0;
  let count = 0;
  for (let from = 0; from <= text.length && count < most; count++) {
    const match: Match | null = findMatch(program, text, from, (work) => rt.steps(work));
    if (match === null) break;
    const [start = 0, end = 0] = match;
    result += text.slice(copied, start);
    for (const part of parts) {
      result += typeof part === 'string' ? part : text.slice(match[2 * part] ?? 0, match[2 * part + 1] ?? 0);
    }
    rt.checkString(result.length + text.length - end);
    copied = end;
    from = end > start ? end : end + 1;
  }
  return result + text.slice(copied);
}

/** A compiled regular expression; an error if it is none. */
export function regexProgram(pattern: string, rt: Runtime): RegexProgram {
  const compiled = compileRegex(pattern);
  if (compiled.kind === 'program') return compiled.program;
  return rt.fail(
    'regex',
    `The regular expression ${JSON.stringify(pattern)} is refused: ${compiled.message}.`,
  );
}

/** Literal texts and numbers of groups. */
function replacementParts(replacement: string, program: RegexProgram, rt: Runtime): (string | number)[] {
  const parts: (string | number)[] = [];
  const pattern = /\\([\s\S])|\$(\d)|\$\{(\w+)\}|([^\\$]+|[\s\S])/g;
  for (const [, quoted, digit, name, literal] of replacement.matchAll(pattern)) {
    if (digit === undefined && name === undefined) {
      parts.push(quoted ?? literal ?? '');
      continue;
    }
    const index = digit === undefined ? program.names.get(name ?? '') : Number(digit);
    if (index === undefined || index >= program.groups) {
      return rt.fail(
        'regex',
        `The replacement ${JSON.stringify(replacement)} uses a group that does not exist.`,
      );
    }
    parts.push(index);
  }
  return parts;
}
