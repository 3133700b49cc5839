import type { DiagnosticList } from '../diagnostic.ts';
import type { InsertDefinition } from '../insert-definition.ts';
import type { Limits } from '../limits.ts';
import { parseLiteral } from '../values/numbers.ts';
import type { Expression, Statement } from './ast.ts';
import { lexExpression } from './expression-lexer.ts';
import { ExpressionParser } from './expression-parser.ts';
import type { SourceMap, Span } from './source-map.ts';
import { SyntaxProblem } from './syntax-problem.ts';
import { isSpace } from './template-scanner.ts';
import type { Segment } from './template-scanner.ts';
import { readName } from './tokens.ts';

/** A `{% … %}`: its name in lower case and where its arguments are. */
export interface Tag {
  readonly name: string;
  /** The name as it was written. */
  readonly written: string;
  readonly at: Span;
  readonly argsStart: number;
  readonly argsEnd: number;
}

/** As in Jinjava the name is the first Java identifier, so `catalogitem.list(key)` is the tag `catalogitem`. */
export function readTag(segment: Segment, map: SourceMap): Tag {
  const { source } = map;
  let start = segment.innerStart;
  // {%+ says that nothing is to be trimmed, which nothing is anyway
  if (source[start] === '+') start++;
  while (start < segment.innerEnd && isSpace(source.charCodeAt(start))) start++;
  const written = readName(source, start, segment.innerEnd);
  return {
    name: written.toLowerCase(),
    written,
    at: map.span(segment.start, segment.end),
    argsStart: start + written.length,
    argsEnd: segment.innerEnd,
  };
}

/** A run of statements and the tag that ended it; null at the end of the template. */
export interface Block {
  readonly body: readonly Statement[];
  readonly end: Tag | null;
}

/** What the parser of one statement works with. */
export interface StatementContext {
  readonly map: SourceMap;
  readonly limits: Limits;
  readonly diagnostics: DiagnosticList;
  readonly inserts: ReadonlyMap<string, InsertDefinition>;
  /** Parses on until one of these tags; a missing one is reported at `opener`. */
  block(opener: Tag, ends: readonly string[]): Block;
}

/** The tokens of a part of the template, ready to be parsed. */
export function expressionsIn(c: StatementContext, start: number, end: number): ExpressionParser {
  const tokens = lexExpression(c.map.source, start, end, parseLiteral);
  return new ExpressionParser(tokens, c.map, c.limits.expressionDepth);
}

/** Runs `parse`; a syntax error is reported and `fallback` taken, so that parsing goes on behind it. */
export function recover<T>(c: StatementContext, fallback: T, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    c.diagnostics.error(error.code, error.message, error);
    return fallback;
  }
}

export function nothing(at: Span): Expression {
  return { kind: 'literal', at, value: null };
}

/** The arguments of a tag as one expression. */
export function wholeExpression(c: StatementContext, tag: Tag): Expression {
  return recover(c, nothing(tag.at), () => {
    const parser = expressionsIn(c, tag.argsStart, tag.argsEnd);
    const value = parser.expression();
    parser.cursor.expectEnd();
    return value;
  });
}

/** `value`, but a variable that is null stands for its own name, as in the tags that Jinjava reads word by word. */
export function asWritten(value: Expression, c: StatementContext): Expression {
  const { at } = value;
  const written: Expression = { kind: 'literal', at, value: c.map.source.slice(at.start, at.end) };
  if (value.kind !== 'name' && value.kind !== 'attribute') return value;
  const test: Expression = { kind: 'binary', at, operator: '==', left: value, right: nothing(at) };
  return { kind: 'conditional', at, test, chosen: written, otherwise: value };
}
