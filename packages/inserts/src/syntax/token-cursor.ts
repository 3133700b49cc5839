import type { Token, TokenKind } from './expression-lexer.ts';
import { SyntaxProblem } from './syntax-problem.ts';

/** Walks over the tokens of one tag or expression. */
export class TokenCursor {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The token `ahead` places after the next one; past the end the last one. */
  peek(ahead = 0): Token {
    const token = this.#tokens[this.#at + ahead] ?? this.#tokens.at(-1);
    if (token === undefined) throw new Error('a token list always has an end');
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }

  get done(): boolean {
    return this.peek().kind === 'end';
  }

  is(kind: TokenKind, text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === kind && token.text === text;
  }

  isOperator(text: string, ahead = 0): boolean {
    return this.is('operator', text, ahead);
  }

  isWord(text: string, ahead = 0): boolean {
    return this.is('name', text, ahead);
  }

  take(kind: TokenKind, text: string): boolean {
    if (!this.is(kind, text)) return false;
    this.#at++;
    return true;
  }

  takeOperator(text: string): boolean {
    return this.take('operator', text);
  }

  expectOperator(text: string): Token {
    if (!this.isOperator(text)) this.refuse(text);
    return this.next();
  }

  expectName(what: string): Token {
    if (this.peek().kind !== 'name') this.refuse(what);
    return this.next();
  }

  expectEnd(): void {
    if (!this.done) this.refuse('the end');
  }

  refuse(expected: string): never {
    const found = this.peek();
    const shown = found.kind === 'end' ? 'the end' : found.kind === 'string' ? 'a text' : found.text;
    throw new SyntaxProblem('syntax', `Expected ${expected}, but found ${shown}.`, found);
  }
}
