import type { Argument, BinaryOperator, DictEntry, Expression } from './ast.ts';
import type { Token } from './expression-lexer.ts';
import type { SourceMap, Span } from './source-map.ts';
import { spelledOut } from './spelled-out.ts';
import { SyntaxProblem } from './syntax-problem.ts';
import { TokenCursor } from './token-cursor.ts';
import { constants, reservedWords } from './tokens.ts';

/** Binary operators by precedence, loosest first. Words and signs of one line mean the same. */
const levels: readonly ReadonlyMap<string, BinaryOperator>[] = [
  new Map([
    ['or', 'or'],
    ['||', 'or'],
  ]),
  new Map([
    ['and', 'and'],
    ['&&', 'and'],
  ]),
  new Map([
    ['==', '=='],
    ['eq', '=='],
    ['!=', '!='],
    ['ne', '!='],
  ]),
  new Map([
    ['<', '<'],
    ['lt', '<'],
    ['<=', '<='],
    ['le', '<='],
    ['>', '>'],
    ['gt', '>'],
    ['>=', '>='],
    ['ge', '>='],
    ['in', 'in'],
    ['not in', 'not in'],
  ]),
  new Map([
    ['+', '+'],
    ['-', '-'],
    ['~', '~'],
  ]),
  new Map([
    ['*', '*'],
    ['/', '/'],
    ['div', '/'],
    ['%', '%'],
    ['mod', '%'],
    ['//', '//'],
    ['**', '**'],
  ]),
];

const comparisonLevel = 3;
const maxChained = 2000;

/** Signs that are also names of tests: `4 is < 5`. */
const testSigns: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);

/** Parses expressions from tokens. Throws `SyntaxProblem`. */
export class ExpressionParser {
  readonly cursor: TokenCursor;
  readonly #map: SourceMap;
  readonly #maxDepth: number;
  #depth = 0;
  #chained = 0;

  constructor(tokens: readonly Token[], map: SourceMap, maxDepth: number) {
    this.cursor = new TokenCursor(tokens);
    this.#map = map;
    this.#maxDepth = maxDepth;
  }

  expression(): Expression {
    this.#depth++;
    if (this.#depth > this.#maxDepth) {
      throw new SyntaxProblem(
        'limit-nesting',
        `Expressions are nested more than ${this.#maxDepth} deep.`,
        this.cursor.peek(),
      );
    }
    const node = this.#conditional();
    this.#depth--;
    return node;
  }

  #span(from: Span | Token): Span {
    const end = this.cursor.peek(-1).end;
    return 'line' in from ? { ...from, end } : this.#map.span(from.start, end);
  }

  #conditional(): Expression {
    const first = this.cursor.peek();
    const value = this.#binary(0);
    if (this.cursor.takeOperator('?')) {
      const chosen = this.expression();
      this.cursor.expectOperator(':');
      const otherwise = this.expression();
      return { kind: 'conditional', at: this.#span(first), test: value, chosen, otherwise };
    }
    if (this.cursor.take('name', 'if')) {
      const test = this.expression();
      const otherwise = this.cursor.take('name', 'else') ? this.expression() : null;
      return { kind: 'conditional', at: this.#span(first), test, chosen: value, otherwise };
    }
    return value;
  }

  #binary(level: number): Expression {
    const operators = levels[level];
    if (operators === undefined) return this.#unary();
    const first = this.cursor.peek();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = this.#operator(operators);
      if (operator === undefined) return left;
      this.#chain(first);
      const right = this.#binary(level + 1);
      left = { kind: 'binary', at: this.#span(first), operator, left, right };
      if (level === comparisonLevel) return left;
    }
  }

  #operator(operators: ReadonlyMap<string, BinaryOperator>): BinaryOperator | undefined {
    const token = this.cursor.peek();
    if (token.kind !== 'name' && token.kind !== 'operator') return undefined;
    if (token.text === 'not' && this.cursor.isWord('in', 1)) {
      const notIn = operators.get('not in');
      if (notIn !== undefined) {
        this.cursor.next();
        this.cursor.next();
      }
      return notIn;
    }
    const operator = operators.get(token.text);
    if (operator !== undefined) this.cursor.next();
    return operator;
  }

  #unary(): Expression {
    const first = this.cursor.peek();
    const operator = this.#prefix();
    if (operator === undefined) return this.value();
    this.cursor.next();
    this.#depth++;
    if (this.#depth > this.#maxDepth) {
      throw new SyntaxProblem(
        'limit-nesting',
        `Expressions are nested more than ${this.#maxDepth} deep.`,
        first,
      );
    }
    const operand = this.#unary();
    this.#depth--;
    if (operator === '+') return operand;
    const at = this.#span(first);
    // `-1 is float` asks about -1: a test has nothing that could be negated
    if (operator !== '-' || operand.kind !== 'test') return { kind: 'unary', at, operator, operand };
    return { ...operand, subject: { kind: 'unary', at, operator, operand: operand.subject } };
  }

  #prefix(): '-' | '+' | 'not' | 'empty' | undefined {
    const { kind, text } = this.cursor.peek();
    if (kind === 'operator' && (text === '-' || text === '+')) return text;
    if ((kind === 'operator' && text === '!') || (kind === 'name' && text === 'not')) return 'not';
    if (kind === 'name' && text === 'empty' && this.#startsOperand(1)) return 'empty';
    return undefined;
  }

  #startsOperand(ahead: number): boolean {
    const { kind, text } = this.cursor.peek(ahead);
    if (kind === 'name') return !reservedWords.has(text);
    return kind === 'string' || kind === 'number' || (kind === 'operator' && (text === '[' || text === '{'));
  }

  /** An operand with everything that binds tighter than operators: `.x`, `[…]`, calls, filters and tests. */
  value(): Expression {
    const first = this.cursor.peek();
    let node = this.#primary();
    for (;;) {
      if (this.cursor.isOperator('.')) node = this.#member(node, first);
      else if (this.cursor.isOperator('[')) node = this.#bracket(node, first);
      else break;
      this.#chain(first);
    }
    for (;;) {
      this.#chain(first);
      if (this.cursor.isOperator('|')) node = this.#filter(node, first);
      else if (this.cursor.isWord('is')) node = this.#test(node, first);
      else return node;
    }
  }

  /** A chain is a tree as deep as it is long, so all chains of a tag together are bounded. */
  #chain(first: Token): void {
    this.#chained++;
    if (this.#chained > maxChained)
      throw new SyntaxProblem('limit-nesting', 'This expression is too long.', first);
  }

  #member(target: Expression, first: Token): Expression {
    this.cursor.next();
    const name = this.cursor.expectName('a name after the dot');
    if (!this.cursor.isOperator('(')) {
      return { kind: 'attribute', at: this.#span(first), target, name: name.text };
    }
    const method: Expression = { kind: 'literal', at: this.#span(name), value: name.text };
    const args = this.arguments();
    return (
      spelledOut(target, name.text, args, this.#span(first)) ?? {
        kind: 'method',
        at: this.#span(first),
        target,
        name: method,
        args,
      }
    );
  }

  #bracket(target: Expression, first: Token): Expression {
    this.cursor.next();
    const from = this.cursor.isOperator(':') ? null : this.expression();
    if (this.cursor.takeOperator(':')) {
      const to = this.cursor.isOperator(']') ? null : this.expression();
      this.cursor.expectOperator(']');
      return { kind: 'slice', at: this.#span(first), target, from, to };
    }
    this.cursor.expectOperator(']');
    if (from === null) this.cursor.refuse('an index');
    if (this.cursor.isOperator('(')) {
      const args = this.arguments();
      return { kind: 'method', at: this.#span(first), target, name: from, args };
    }
    return { kind: 'index', at: this.#span(first), target, index: from };
  }

  #filter(input: Expression, first: Token): Expression {
    this.cursor.next();
    const name = this.cursor.expectName('the name of a filter');
    const args = this.cursor.isOperator('(') ? this.arguments() : [];
    return {
      kind: 'filter',
      at: { ...this.#span(first), ...this.#nameSpan(name) },
      input,
      name: name.text,
      args,
    };
  }

  #test(subject: Expression, first: Token): Expression {
    this.cursor.next();
    const negated = this.cursor.take('name', 'not');
    const name = this.cursor.peek();
    if (name.kind !== 'name' && !(name.kind === 'operator' && testSigns.has(name.text))) {
      this.cursor.refuse('the name of a test');
    }
    this.cursor.next();
    const args: Argument[] = this.#startsArgument() ? [{ name: null, value: this.value() }] : [];
    const at = { ...this.#span(first), ...this.#nameSpan(name) };
    return { kind: 'test', at, subject, name: name.text, negated, args };
  }

  /** Filters and tests are reported at their own name: the input before it may be long. */
  #nameSpan(name: Token): Span {
    return this.#map.span(name.start, name.end);
  }

  #startsArgument(): boolean {
    const { kind, text } = this.cursor.peek();
    if (kind === 'name') return !reservedWords.has(text);
    if (kind === 'operator') return text === '(' || text === '[' || text === '{';
    return kind === 'string' || kind === 'number';
  }

  /** `(a, b, name=c)`. */
  arguments(): Argument[] {
    this.cursor.expectOperator('(');
    const args: Argument[] = [];
    while (!this.cursor.isOperator(')')) {
      const name =
        this.cursor.peek().kind === 'name' && this.cursor.isOperator('=', 1) ? this.cursor.next().text : null;
      if (name !== null) this.cursor.next();
      args.push({ name, value: this.expression() });
      if (!this.cursor.takeOperator(',')) break;
    }
    this.cursor.expectOperator(')');
    return args;
  }

  #primary(): Expression {
    const token = this.cursor.peek();
    if (token.kind === 'number' || token.kind === 'string') {
      this.cursor.next();
      const value = token.kind === 'string' ? token.text : token.number;
      if (value === undefined)
        throw new SyntaxProblem('number-range', 'This number does not fit into 64 bits.', token);
      return { kind: 'literal', at: this.#span(token), value };
    }
    if (token.kind === 'name' && !reservedWords.has(token.text)) return this.#name(token);
    if (token.kind === 'operator') {
      if (token.text === '(') return this.#parentheses(token);
      if (token.text === '[') return this.#list(token);
      if (token.text === '{') return this.#dict(token);
    }
    return this.cursor.refuse('a value');
  }

  #name(token: Token): Expression {
    this.cursor.next();
    const constant = constants.get(token.text);
    if (constant !== undefined) return { kind: 'literal', at: this.#span(token), value: constant };
    let { text } = token;
    if (this.cursor.isOperator(':') && this.#isSpelledOut(text)) {
      this.cursor.next();
      text = `${text}:${this.cursor.next().text}`;
    }
    if (!this.cursor.isOperator('(')) return { kind: 'name', at: this.#span(token), name: text };
    const args = this.arguments();
    return { kind: 'call', at: this.#span(token), name: text, args };
  }

  /**
   * `filter:upper.filter(x, …)`, `exptest:even.evaluate(x, …)` and `fn:list(…)`: what Jinjava itself writes when it
   * prints a template back.
   */
  #isSpelledOut(text: string): boolean {
    if (text === 'fn') return this.cursor.isOperator('(', 2) && this.#isAdjacent();
    return (
      (text === 'filter' || text === 'exptest') &&
      this.cursor.isOperator('.', 2) &&
      this.cursor.isOperator('(', 4)
    );
  }

  /** True if there is no space on either side of the colon that comes next. */
  #isAdjacent(): boolean {
    const colon = this.cursor.peek();
    return this.cursor.peek(-1).end === colon.start && this.cursor.peek(1).start === colon.end;
  }

  #parentheses(first: Token): Expression {
    this.cursor.next();
    if (this.cursor.takeOperator(')')) return { kind: 'list', at: this.#span(first), items: [] };
    const inner = this.expression();
    if (!this.cursor.isOperator(',')) {
      this.cursor.expectOperator(')');
      return inner;
    }
    const items = [inner];
    while (this.cursor.takeOperator(',') && !this.cursor.isOperator(')')) items.push(this.expression());
    this.cursor.expectOperator(')');
    return { kind: 'list', at: this.#span(first), items };
  }

  #list(first: Token): Expression {
    this.cursor.next();
    const items: Expression[] = [];
    while (!this.cursor.isOperator(']')) {
      items.push(this.expression());
      if (!this.cursor.takeOperator(',')) break;
    }
    this.cursor.expectOperator(']');
    return { kind: 'list', at: this.#span(first), items };
  }

  #dict(first: Token): Expression {
    this.cursor.next();
    const entries: DictEntry[] = [];
    while (!this.cursor.isOperator('}')) {
      const key = this.cursor.next();
      if (key.kind !== 'name' && key.kind !== 'string' && key.kind !== 'number') {
        throw new SyntaxProblem('dict-key', 'The key of a dict must be a text, a name or a number.', key);
      }
      this.cursor.expectOperator(':');
      entries.push({ key: key.text, value: this.expression() });
      if (!this.cursor.takeOperator(',')) break;
    }
    this.cursor.expectOperator('}');
    return { kind: 'dict', at: this.#span(first), entries };
  }
}
