import { RegexProblem } from './regex-ast.ts';
import type { Predicate } from './regex-ast.ts';

export function isWord(code: number): boolean {
  return (
    (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122)
  );
}

const isDigit: Predicate = (code) => code >= 48 && code <= 57;
const isBlank: Predicate = (code) => code === 32 || (code >= 9 && code <= 10) || (code >= 12 && code <= 13);

export function not(accepts: Predicate): Predicate {
  return (code) => !accepts(code);
}

/** `\d \w \s` and their opposites, of ASCII as in RE2. */
export const perlClasses: ReadonlyMap<string, Predicate> = new Map([
  ['d', isDigit],
  ['D', not(isDigit)],
  ['w', isWord],
  ['W', not(isWord)],
  ['s', isBlank],
  ['S', not(isBlank)],
]);

const letters =
  (from: number, to: number): Predicate =>
  (code) =>
    code >= from && code <= to;
const upper = letters(65, 90);
const lower = letters(97, 122);
const alpha: Predicate = (code) => upper(code) || lower(code);

/** `[:alpha:]` and the like. */
export const posixClasses: ReadonlyMap<string, Predicate> = new Map<string, Predicate>([
  ['alpha', alpha],
  ['upper', upper],
  ['lower', lower],
  ['digit', isDigit],
  ['alnum', (code) => alpha(code) || isDigit(code)],
  ['space', (code) => isBlank(code) || code === 11],
  ['blank', (code) => code === 32 || code === 9],
  ['punct', (code) => code > 32 && code < 127 && !alpha(code) && !isDigit(code)],
  ['xdigit', (code) => isDigit(code) || letters(65, 70)(code) || letters(97, 102)(code)],
  ['word', isWord],
  ['ascii', (code) => code < 128],
  ['cntrl', (code) => code < 32 || code === 127],
  ['graph', (code) => code > 32 && code < 127],
  ['print', (code) => code >= 32 && code < 127],
]);

/** `\p{L}`, `\p{Greek}`: general categories and scripts. */
export function unicodeClass(name: string): Predicate {
  if (!/^[A-Za-z_]{1,40}$/.test(name)) throw new RegexProblem(`\\p{${name}} is no class`);
  for (const property of [name, `Script=${name}`]) {
    try {
      const pattern = new RegExp(`^\\p{${property}}$`, 'u');
      return (code) => pattern.test(String.fromCodePoint(code));
    } catch {
      // not a category, or not a script either: SyntaxError is how RegExp says that
      continue;
    }
  }
  throw new RegexProblem(`\\p{${name}} is no class`);
}

/** The same without regard to capitals. */
export function foldCase(accepts: Predicate): Predicate {
  return (code) => {
    if (accepts(code)) return true;
    const text = String.fromCodePoint(code);
    return [text.toLowerCase(), text.toUpperCase()].some((other) => {
      const folded = other.codePointAt(0);
      return folded !== undefined && other.length <= 2 && accepts(folded);
    });
  };
}
