import type { Value } from '../values/value.ts';
import { SyntaxProblem } from './syntax-problem.ts';
import { isSpace } from './template-scanner.ts';

export type TokenKind = 'name' | 'number' | 'string' | 'operator' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** The text of a name or an operator; the content of a string. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** The value of a number, undefined if it does not fit into 64 bits; null for what is no number. */
  readonly number: Value | undefined;
}

/** Longest first where one is the start of another. */
export const operators: readonly string[] = [
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
];

const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['b', '\b'],
  ['f', '\f'],
  ['r', '\r'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
]);

const nameStart = /[\p{L}\p{Nl}\p{Sc}\p{Pc}]/u;
const namePart = /[\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Sc}\p{Pc}]/u;
const numberAt = /(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const nameAt = /[A-Za-z_$][\w$]*/y;

/** Cuts `source` from `start` to `end` into tokens; the last one is of kind `end`. Offsets are of the whole template. */
export function lexExpression(
  source: string,
  start: number,
  end: number,
  number: (digits: string) => Value | undefined,
): Token[] {
  const tokens: Token[] = [];
  let at = start;
  for (;;) {
    while (at < end && isSpace(source.charCodeAt(at))) at++;
    if (at >= end) break;
    const token = nextToken(source, at, end, number);
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: 'end', text: '', start: end, end, number: null });
  return tokens;
}

function nextToken(
  source: string,
  at: number,
  end: number,
  number: (digits: string) => Value | undefined,
): Token {
  const code = source.charCodeAt(at);
  if (code === 39 || code === 34) return stringToken(source, at, end);
  const followedByDigit = isDigit(source.charCodeAt(at + 1)) && at + 1 < end;
  if (isDigit(code) || (code === 46 && followedByDigit)) return numberToken(source, at, end, number);
  const name = readName(source, at, end);
  if (name !== '') return { kind: 'name', text: name, start: at, end: at + name.length, number: null };
  for (const operator of operators) {
    if (source.startsWith(operator, at) && at + operator.length <= end) {
      return { kind: 'operator', text: operator, start: at, end: at + operator.length, number: null };
    }
  }
  const shown = String.fromCodePoint(source.codePointAt(at) ?? 0);
  throw new SyntaxProblem('unexpected-character', `The character ${shown} has no meaning here.`, {
    start: at,
    end: at + shown.length,
  });
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** The Java identifier that starts at `at`, or ''. */
export function readName(source: string, at: number, end: number): string {
  nameAt.lastIndex = at;
  let stop = at;
  if (nameAt.test(source)) stop = Math.min(nameAt.lastIndex, end);
  for (;;) {
    if (stop >= end) break;
    const code = source.codePointAt(stop) ?? 0;
    if (stop > at && code < 128) {
      nameAt.lastIndex = stop;
      if (!isDigit(code) && !nameAt.test(source)) break;
      stop++;
      continue;
    }
    if (code < 128) break;
    const shown = String.fromCodePoint(code);
    if (!(stop === at ? nameStart : namePart).test(shown)) break;
    stop += shown.length;
  }
  return source.slice(at, stop);
}

function numberToken(
  source: string,
  at: number,
  end: number,
  number: (digits: string) => Value | undefined,
): Token {
  numberAt.lastIndex = at;
  numberAt.test(source);
  const stop = Math.min(numberAt.lastIndex, end);
  const text = source.slice(at, stop);
  return { kind: 'number', text, start: at, end: stop, number: number(text) };
}

function stringToken(source: string, at: number, end: number): Token {
  const quote = source[at];
  let text = '';
  let from = at + 1;
  for (let position = from; position < end; position++) {
    const character = source[position];
    if (character === quote) {
      text += source.slice(from, position);
      return { kind: 'string', text, start: at, end: position + 1, number: null };
    }
    if (character !== '\\') continue;
    const escaped = escapes.get(source[position + 1] ?? '');
    if (escaped === undefined) {
      throw new SyntaxProblem(
        'bad-escape',
        `\\${source[position + 1] ?? ''} is no escape; use one of \\n \\t \\b \\f \\r \\\\ \\' \\".`,
        { start: position, end: Math.min(position + 2, end) },
      );
    }
    text += source.slice(from, position) + escaped;
    position++;
    from = position + 1;
  }
  throw new SyntaxProblem('unclosed-string', 'This string is never closed.', { start: at, end });
}
