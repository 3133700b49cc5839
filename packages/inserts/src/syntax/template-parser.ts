import { suggest } from '../check/suggest.ts';
import type { DiagnosticList } from '../diagnostic.ts';
import type { InsertDefinition } from '../insert-definition.ts';
import type { Limits } from '../limits.ts';
import type { Expression, Statement } from './ast.ts';
import { parseInsert } from './insert-parser.ts';
import type { SourceMap } from './source-map.ts';
import { statementParsers } from './statements.ts';
import { nothing, expressionsIn, readTag, recover } from './tag.ts';
import type { Block, StatementContext, Tag } from './tag.ts';
import { scanTemplate } from './template-scanner.ts';
import type { Segment } from './template-scanner.ts';

/** Tags that end a block or a part of one; alone they are an error. */
const partTags: ReadonlySet<string> = new Set(['else', 'elif', 'endraw']);

/** Parses a template. What is wrong with it goes to `diagnostics`; the tree is whole in any case. */
export function parseTemplate(
  map: SourceMap,
  inserts: ReadonlyMap<string, InsertDefinition>,
  limits: Limits,
  diagnostics: DiagnosticList,
): readonly Statement[] {
  const segments = scanTemplate(map.source, (code, message, place) =>
    diagnostics.error(code, message, place),
  );
  return new TemplateParser(segments, { map, inserts, limits, diagnostics }).template();
}

class TemplateParser implements StatementContext {
  readonly map: SourceMap;
  readonly inserts: ReadonlyMap<string, InsertDefinition>;
  readonly limits: Limits;
  readonly diagnostics: DiagnosticList;
  readonly #segments: readonly Segment[];
  readonly #open: Tag[] = [];
  readonly #ends: (readonly string[])[] = [];
  #at = 0;

  constructor(segments: readonly Segment[], c: Omit<StatementContext, 'block'>) {
    this.#segments = segments;
    this.map = c.map;
    this.inserts = c.inserts;
    this.limits = c.limits;
    this.diagnostics = c.diagnostics;
  }

  template(): readonly Statement[] {
    return this.#statements([]).body;
  }

  block(opener: Tag, ends: readonly string[]): Block {
    if (this.#open.length >= this.limits.blockDepth) {
      this.diagnostics.error(
        'limit-nesting',
        `Blocks are nested more than ${this.limits.blockDepth} deep.`,
        opener.at,
      );
      this.#at = this.#segments.length;
      return { body: [], end: null };
    }
    this.#open.push(opener);
    this.#ends.push(ends);
    const block = this.#statements(ends);
    this.#open.pop();
    this.#ends.pop();
    if (block.end === null && !this.diagnostics.items.some((item) => item.code === 'unclosed-block')) {
      const closer = ends.at(-1) ?? '';
      this.diagnostics.error(
        'unclosed-block',
        `{% ${opener.written} %} is never closed with {% ${closer} %}.`,
        opener.at,
      );
    }
    return block;
  }

  #statements(ends: readonly string[]): Block {
    const body: Statement[] = [];
    for (;;) {
      const segment = this.#segments[this.#at];
      if (segment === undefined) return { body, end: null };
      const tag = segment.kind === 'tag' ? readTag(segment, this.map) : null;
      if (tag !== null) {
        if (ends.includes(tag.name)) {
          this.#at++;
          return { body, end: tag };
        }
        // an end tag of a block further out: leave it to that block, and let this one be reported as unclosed
        if (this.#ends.some((outer) => outer.includes(tag.name))) return { body, end: null };
      }
      this.#at++;
      const statement = tag === null ? this.#printed(segment) : this.#statement(tag);
      if (statement !== null) body.push(statement);
    }
  }

  #printed(segment: Segment): Statement {
    const at = this.map.span(segment.start, segment.end);
    if (segment.kind === 'text') return { kind: 'text', at, text: segment.text };
    const value = recover(this, nothing(at), () => this.#outputExpression(segment));
    return { kind: 'output', at, value };
  }

  #statement(tag: Tag): Statement | null {
    const parser = statementParsers.get(tag.name);
    if (parser !== undefined) return recover<Statement | null>(this, null, () => parser(this, tag));
    const insert = this.inserts.get(tag.name);
    if (insert !== undefined)
      return recover<Statement | null>(this, null, () => parseInsert(this, tag, insert));
    this.#unknown(tag);
    return null;
  }

  #outputExpression(segment: Segment): Expression {
    const parser = expressionsIn(this, segment.innerStart, segment.innerEnd);
    if (parser.cursor.done) return nothing(this.map.span(segment.start, segment.end));
    const value = parser.expression();
    parser.cursor.expectEnd();
    return value;
  }

  #unknown(tag: Tag): void {
    if (tag.name === '') {
      this.diagnostics.error('syntax', 'A tag needs a name.', tag.at);
    } else if (partTags.has(tag.name) || tag.name.startsWith('end')) {
      this.diagnostics.error('unexpected-tag', `{% ${tag.written} %} has no beginning.`, tag.at);
    } else {
      const known = [...statementParsers.keys(), ...this.inserts.keys()];
      this.diagnostics.error(
        'unknown-tag',
        `There is no tag ${tag.written}.${suggest(tag.name, known)}`,
        tag.at,
      );
    }
  }
}
