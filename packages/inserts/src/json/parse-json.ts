import { Dict } from '../values/dict.ts';
import { List } from '../values/list.ts';
import { float, parseInteger } from '../values/numbers.ts';
import { Decimal } from '../values/value.ts';
import type { Value } from '../values/value.ts';

const space = /[ \t\n\r]*/y;
const numberLiteral = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?=[ \t\n\r,\]}]|$)/y;
const word = /true|false|null/y;
const maxDepth = 200;

/** Why a text is no JSON, or too deep. Thrown and caught in this file. */
class JsonProblem extends Error {}

export type ParsedJson = { readonly kind: 'value'; readonly value: Value } | { readonly kind: 'invalid' };

/**
 * Parses JSON into values: whole numbers stay 64-bit integers, `1.0` stays floating-point, and any key, `__proto__`
 * included, is just a key. `step` is called for every value.
 */
export function parseJson(text: string, step: () => void): ParsedJson {
  try {
    return { kind: 'value', value: new JsonReader(text, step).document() };
  } catch (error) {
    if (error instanceof JsonProblem) return { kind: 'invalid' };
    throw error;
  }
}

class JsonReader {
  readonly #text: string;
  readonly #step: () => void;
  #at = 0;
  #depth = 0;

  constructor(text: string, step: () => void) {
    this.#text = text;
    this.#step = step;
  }

  document(): Value {
    const value = this.#value();
    this.#space();
    // like Jackson, which reads one value and leaves what follows it
    return value;
  }

  #space(): void {
    space.lastIndex = this.#at;
    space.test(this.#text);
    this.#at = space.lastIndex;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #take(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #value(): Value {
    this.#step();
    this.#space();
    const next = this.#text[this.#at];
    if (next === '"') return this.#string();
    if (next === '{' || next === '[') {
      this.#depth++;
      if (this.#depth > maxDepth) throw new JsonProblem('too deep');
      const value = next === '{' ? this.#object() : this.#array();
      this.#depth--;
      return value;
    }
    const literal = this.#match(word);
    if (literal !== undefined) return literal === 'null' ? null : literal === 'true';
    const digits = this.#match(numberLiteral);
    if (digits === undefined) throw new JsonProblem('no value');
    if (/[.eE]/.test(digits)) return float(Number(digits));
    // a whole number of more than 64 bits keeps its digits
    return (
      parseInteger(digits) ?? (digits.length > 400 ? float(Number(digits)) : new Decimal(BigInt(digits), 0))
    );
  }

  #string(): string {
    const start = this.#at;
    let end = start + 1;
    while (this.#text[end] !== '"') {
      if (end >= this.#text.length) throw new JsonProblem('unclosed string');
      end += this.#text[end] === '\\' ? 2 : 1;
    }
    this.#at = end + 1;
    const literal = this.#text.slice(start, this.#at);
    try {
      return String(JSON.parse(literal));
    } catch {
      throw new JsonProblem('a broken string');
    }
  }

  #array(): List {
    const items: Value[] = [];
    this.#at++;
    if (this.#take(']')) return new List(items);
    do items.push(this.#value());
    while (this.#take(','));
    if (!this.#take(']')) throw new JsonProblem('a missing ]');
    return new List(items);
  }

  #object(): Dict {
    const entries = new Map<string, Value>();
    this.#at++;
    if (this.#take('}')) return new Dict(entries);
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') throw new JsonProblem('a key without quotes');
      const key = this.#string();
      if (!this.#take(':')) throw new JsonProblem('a missing :');
      entries.set(key, this.#value());
    } while (this.#take(','));
    if (!this.#take('}')) throw new JsonProblem('a missing }');
    return new Dict(entries);
  }
}
