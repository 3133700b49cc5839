import type { Value } from '../values/value.ts';
import { SyntaxProblem } from './syntax-problem.ts';
import { isSpace } from './template-scanner.ts';
import { escapes, isQuote, readName, readNumber, readOperator, skipString } from './tokens.ts';

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
  if (isQuote(source.charCodeAt(at))) return stringToken(source, at, end);
  const digits = readNumber(source, at, end);
  if (digits !== '') {
    return { kind: 'number', text: digits, start: at, end: at + digits.length, number: number(digits) };
  }
  const name = readName(source, at, end);
  if (name !== '') return { kind: 'name', text: name, start: at, end: at + name.length, number: null };
  const operator = readOperator(source, at, end);
  if (operator !== undefined) {
    return { kind: 'operator', text: operator, start: at, end: at + operator.length, number: null };
  }
  const shown = String.fromCodePoint(source.codePointAt(at) ?? 0);
  throw new SyntaxProblem('unexpected-character', `The character ${shown} has no meaning here.`, {
    start: at,
    end: at + shown.length,
  });
}

function stringToken(source: string, at: number, end: number): Token {
  const string = skipString(source, at + 1, end, source.charCodeAt(at));
  const text = unescaped(source, at + 1, string.closed ? string.end - 1 : end);
  if (!string.closed) {
    throw new SyntaxProblem('unclosed-string', 'This string is never closed.', { start: at, end });
  }
  return { kind: 'string', text, start: at, end: string.end, number: null };
}

/** The content of a string literal. */
function unescaped(source: string, start: number, end: number): string {
  let text = '';
  let from = start;
  for (let at = source.indexOf('\\', from); at >= 0 && at < end; at = source.indexOf('\\', from)) {
    const escaped = escapes.get(source.charAt(at + 1));
    if (escaped === undefined) {
      throw new SyntaxProblem(
        'bad-escape',
        `\\${source.charAt(at + 1)} is no escape; use one of \\n \\t \\b \\f \\r \\\\ \\' \\".`,
        { start: at, end: Math.min(at + 2, end) },
      );
    }
    text += source.slice(from, at) + escaped;
    from = at + 2;
  }
  return text + source.slice(from, end);
}
