import { suggest } from '../check/suggest.ts';
import type { InsertDefinition } from '../insert-definition.ts';
import type { Expression, InsertOption, Statement } from './ast.ts';
import type { ExpressionParser } from './expression-parser.ts';
import type { Span } from './source-map.ts';
import { SyntaxProblem } from './syntax-problem.ts';
import { asWritten, expressionsIn, nothing } from './tag.ts';
import type { StatementContext, Tag } from './tag.ts';

/** Parses the use of an insert by the insert's grammar. */
export function parseInsert(c: StatementContext, tag: Tag, definition: InsertDefinition): Statement {
  const { grammar } = definition;
  const head = new InsertHead(c, tag, definition);
  let problem: unknown = null;
  try {
    head.parse();
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    problem = error;
  }
  // the body is parsed even behind a faulty head, so that its end tag is not reported as well
  const end = `end${definition.name}`;
  const body = grammar.body === 'none' ? null : c.block(tag, [end]).body;
  if (problem !== null) throw problem;
  if (grammar.subjectRequired && head.path === null && grammar.body !== 'subject') {
    throw new SyntaxProblem(
      'insert-subject',
      `${definition.name} needs a name: ${definition.examples[0] ?? ''}`,
      tag.at,
    );
  }
  for (const { name, required } of grammar.options) {
    if (required === true && !head.options.some((option) => option.name === name)) {
      throw new SyntaxProblem(
        'insert-option',
        `${definition.name} needs ${name}: ${definition.examples[0] ?? ''}`,
        tag.at,
      );
    }
  }
  const { path, args, column, options } = head;
  return { kind: 'insert', at: tag.at, use: { name: definition.name, path, args, column, options, body } };
}

class InsertHead {
  path: Expression | null = null;
  readonly args: Expression[] = [];
  readonly options: InsertOption[] = [];
  column: string | null = null;
  readonly #c: StatementContext;
  readonly #tag: Tag;
  readonly #definition: InsertDefinition;
  readonly #parser: ExpressionParser;

  constructor(c: StatementContext, tag: Tag, definition: InsertDefinition) {
    this.#c = c;
    this.#tag = tag;
    this.#definition = definition;
    this.#parser = expressionsIn(c, tag.argsStart, tag.argsEnd);
  }

  parse(): void {
    const { cursor } = this.#parser;
    const { grammar } = this.#definition;
    if (grammar.subject === 'path' || grammar.subject === 'any') this.#parsePath();
    if (this.path === null && (grammar.subject === 'word' || grammar.subject === 'any')) this.#parseWord();
    if (grammar.args > 0) this.#parseArguments();
    if (grammar.column && cursor.takeOperator('.'))
      this.column = cursor.expectName('the name of a column').text;
    while (!cursor.done) {
      this.#parseOption();
      cursor.takeOperator(',');
    }
  }

  #parsePath(): void {
    const { cursor } = this.#parser;
    if (cursor.isOperator('.')) {
      cursor.next();
      const name = cursor.expectName('a name after the dot');
      let { text } = name;
      while (this.#definition.grammar.args === 0 && cursor.takeOperator('.')) {
        text += `.${cursor.expectName('a name after the dot').text}`;
      }
      this.path = { kind: 'literal', at: this.#span(name), value: text };
    } else if (cursor.takeOperator('[')) {
      this.path = this.#parser.expression();
      cursor.expectOperator(']');
    }
  }

  /** A bare word such as an id, or `{{ expression }}`. */
  #parseWord(): void {
    const { cursor } = this.#parser;
    const first = cursor.peek();
    if (cursor.done || (first.kind === 'name' && this.#isOption())) return;
    if (first.kind === 'string') {
      cursor.next();
      this.path = { kind: 'literal', at: this.#span(first), value: first.text };
    } else if (cursor.isOperator('{')) {
      this.path = this.#computed();
    } else {
      let end = first.end;
      do end = cursor.next().end;
      while (!cursor.done && cursor.peek().start === end);
      const text = this.#c.map.source.slice(first.start, end);
      this.path = { kind: 'literal', at: this.#c.map.span(first.start, end), value: text };
    }
  }

  /** `{{ expression }}` inside of a tag. */
  #computed(): Expression {
    const { cursor } = this.#parser;
    cursor.expectOperator('{');
    cursor.expectOperator('{');
    const value = this.#parser.expression();
    cursor.expectOperator('}');
    cursor.expectOperator('}');
    return value;
  }

  #parseArguments(): void {
    const { cursor } = this.#parser;
    const { name, grammar, examples } = this.#definition;
    const open = cursor.peek();
    cursor.expectOperator('(');
    while (!cursor.isOperator(')')) {
      this.args.push(
        cursor.isOperator('{') && cursor.isOperator('{', 1) ? this.#computed() : this.#parser.expression(),
      );
      if (!cursor.takeOperator(',')) break;
    }
    cursor.expectOperator(')');
    if (this.args.length !== grammar.args) {
      const wanted = grammar.args === 1 ? 'one argument' : `${grammar.args} arguments`;
      throw new SyntaxProblem('insert-arguments', `${name} takes ${wanted}: ${examples[0] ?? ''}`, open);
    }
  }

  #isOption(): boolean {
    const { cursor } = this.#parser;
    const named = cursor.isOperator('=', 1) || cursor.isOperator(':', 1);
    return named && this.#definition.grammar.options.some(({ name }) => name === cursor.peek().text);
  }

  #parseOption(): void {
    const { cursor } = this.#parser;
    const { name: insert, grammar } = this.#definition;
    const name = cursor.peek();
    if (name.kind !== 'name')
      cursor.refuse(grammar.options.length === 0 ? 'the end of the tag' : 'an option');
    const option = grammar.options.find((known) => known.name === name.text);
    if (option === undefined) {
      const known = grammar.options.map((each) => each.name);
      throw new SyntaxProblem(
        'insert-option',
        `${insert} has no option ${name.text}.${suggest(name.text, known)}`,
        name,
      );
    }
    cursor.next();
    if (!cursor.takeOperator('=')) cursor.expectOperator(':');
    this.options.push({
      name: name.text,
      at: this.#span(name),
      value: this.#optionValue(option.resolves === true),
    });
  }

  /** A text, a number, true or false, `{{ expression }}`, or a bare word such as an id. */
  #optionValue(resolves: boolean): Expression {
    const { cursor } = this.#parser;
    const first = cursor.peek();
    if (cursor.isOperator('{')) return this.#computed();
    if (first.kind === 'end') return nothing(this.#tag.at);
    let end = first.end;
    do end = cursor.next().end;
    while (!cursor.done && cursor.peek().start === end && !cursor.isOperator(','));
    const at = this.#c.map.span(first.start, end);
    if (first.kind === 'string' && first.end === end) return { kind: 'literal', at, value: first.text };
    if (resolves && first.kind === 'name' && first.end === end)
      return asWritten({ kind: 'name', at, name: first.text }, this.#c);
    return { kind: 'literal', at, value: this.#c.map.source.slice(first.start, end) };
  }

  #span(token: { start: number; end: number }): Span {
    return this.#c.map.span(token.start, token.end);
  }
}
