/** What expressions are made of, for the parser and for editors. */

/** Of one or two characters. */
const operators: ReadonlySet<string> = new Set([
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '//',
  '**',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  ':',
  '.',
  '|',
  '=',
  '<',
  '>',
  '+',
  '-',
  '*',
  '/',
  '%',
  '~',
  '!',
  '?',
]);

/** Words that cannot be the name of a variable where an operand is expected. */
export const reservedWords: ReadonlySet<string> = new Set([
  'and',
  'or',
  'not',
  'in',
  'is',
  'if',
  'else',
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'div',
  'mod',
]);

/** Words that mean something in some places only, and are names elsewhere. */
export const contextualWords: ReadonlySet<string> = new Set(['as', 'empty', 'import']);

export const constants: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['null', null],
]);

/** What may follow a backslash inside of a string, and what it stands for. */
export const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['b', '\b'],
  ['f', '\f'],
  ['r', '\r'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
]);

/** True for the characters that begin a string; the same one ends it. */
export function isQuote(code: number): boolean {
  return code === 39 || code === 34;
}

/**
 * Where a string goes on from `from`, which is inside of it: behind its closing quote, or at `end` with `closed` false.
 * A backslash takes the next character with it.
 */
export function skipString(
  source: string,
  from: number,
  end: number,
  quote: number,
): { readonly end: number; readonly closed: boolean } {
  for (let at = from; at < end; at++) {
    const code = source.charCodeAt(at);
    if (code === 92) at++;
    else if (code === quote) return { end: at + 1, closed: true };
  }
  return { end, closed: false };
}

const nameStart = /[\p{L}\p{Nl}\p{Sc}\p{Pc}]/u;
const namePart = /[\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Sc}\p{Pc}]/u;
const nameAt = /[A-Za-z_$][\w$]*/y;
const partAt = /[\w$]+/y;
const numberAt = /(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?/y;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** The Java identifier that starts at `at`, or ''. */
export function readName(source: string, at: number, end: number): string {
  nameAt.lastIndex = at;
  let stop = nameAt.test(source) ? Math.min(nameAt.lastIndex, end) : at;
  while (stop < end && source.charCodeAt(stop) > 127) {
    const shown = String.fromCodePoint(source.codePointAt(stop) ?? 0);
    if (!(stop === at ? nameStart : namePart).test(shown)) break;
    stop += shown.length;
    partAt.lastIndex = stop;
    if (partAt.test(source)) stop = Math.min(partAt.lastIndex, end);
  }
  return source.slice(at, stop);
}

/** The digits of the number that starts at `at`, or ''. */
export function readNumber(source: string, at: number, end: number): string {
  const code = source.charCodeAt(at);
  const startsNumber = isDigit(code) || (code === 46 && at + 1 < end && isDigit(source.charCodeAt(at + 1)));
  if (!startsNumber) return '';
  numberAt.lastIndex = at;
  numberAt.test(source);
  return source.slice(at, Math.min(numberAt.lastIndex, end));
}

/** The operator that starts at `at`, or undefined. */
export function readOperator(source: string, at: number, end: number): string | undefined {
  const long = source.slice(at, Math.min(at + 2, end));
  if (operators.has(long)) return long;
  const short = source.charAt(at);
  return operators.has(short) ? short : undefined;
}
