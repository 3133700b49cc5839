import { parseRegex } from './parse-regex.ts';
import { compileProgram } from './program.ts';
import type { RegexProgram } from './program.ts';
import { RegexProblem } from './regex-ast.ts';

export type CompiledRegex =
  | { readonly kind: 'program'; readonly program: RegexProgram }
  | { readonly kind: 'invalid'; readonly message: string };

const maxLength = 1000;
const maxKept = 100;
const kept = new Map<string, CompiledRegex>();

/** Compiles a regular expression in RE2 syntax. The last ones are kept. */
export function compileRegex(pattern: string): CompiledRegex {
  if (pattern.length > maxLength) return { kind: 'invalid', message: 'too long' };
  const known = kept.get(pattern);
  if (known !== undefined) return known;
  const compiled = compile(pattern);
  if (kept.size >= maxKept) kept.clear();
  kept.set(pattern, compiled);
  return compiled;
}

function compile(pattern: string): CompiledRegex {
  try {
    return { kind: 'program', program: compileProgram(parseRegex(pattern)) };
  } catch (error) {
    if (error instanceof RegexProblem) return { kind: 'invalid', message: error.message };
    throw error;
  }
}
