import { Dict } from './dict.ts';
import { List } from './list.ts';
import { normalizeInteger } from './numbers.ts';
import { DateTime, Decimal, Double } from './value.ts';
import type { Value } from './value.ts';

const descriptorOf = Object.getOwnPropertyDescriptor;

/**
 * The data that one rendering was given. It is read property by property when a template asks for it: own data
 * properties only, so neither a prototype nor a getter is ever reached. Functions and symbols read as null.
 * The same object is always the same list or dict, and what a template changes is a copy.
 */
export class Input {
  readonly #zone: string;
  #containers: Map<object, List | InputDict> | null = null;

  constructor(zone: string) {
    this.#zone = zone;
  }

  /** The value of the own data property `key` of `holder`. */
  read(holder: object, key: string): Value {
    const property = descriptorOf(holder, key);
    if (property === undefined) return null;
    const raw: unknown = property.value;
    if (typeof raw === 'string') return raw;
    return this.value(raw);
  }

  value(raw: unknown): Value {
    switch (typeof raw) {
      case 'string':
      case 'boolean':
        return raw;
      case 'number':
        // a whole number beyond 2^53 has lost its last digits already and can only be a floating-point number
        return Number.isInteger(raw) && !Number.isSafeInteger(raw) ? new Double(raw) : raw + 0;
      case 'bigint':
        return normalizeInteger(BigInt.asIntN(64, raw));
      case 'object':
        return raw === null ? null : this.#container(raw);
      case 'undefined':
      case 'symbol':
      case 'function':
        return null;
    }
  }

  #container(raw: object): Value {
    if (
      raw instanceof Double ||
      raw instanceof Decimal ||
      raw instanceof List ||
      raw instanceof Dict ||
      raw instanceof DateTime
    )
      return raw;
    if (raw instanceof Date) return new DateTime(Date.prototype.getTime.call(raw), this.#zone);
    this.#containers ??= new Map();
    const known = this.#containers.get(raw);
    if (known !== undefined) return known;
    const made = Array.isArray(raw) ? this.#list(raw) : new InputDict(raw, this);
    this.#containers.set(raw, made);
    return made;
  }

  #list(raw: readonly unknown[]): List {
    const items: Value[] = [];
    const list = new List(items);
    // registered before its elements are read, so that a list inside of itself ends
    this.#containers?.set(raw, list);
    for (let at = 0; at < raw.length; at++) items.push(this.read(raw, String(at)));
    return list;
  }
}

/** An object of the input as a dict: read in place until something lists or changes it. */
class InputDict extends Dict {
  readonly #raw: object;
  readonly #input: Input;

  constructor(raw: object, input: Input) {
    super(null);
    this.#raw = raw;
    this.#input = input;
  }

  override asMap(): Map<string, Value> {
    if (this.entries === null) {
      this.entries = new Map();
      for (const key of Object.keys(this.#raw)) this.entries.set(key, this.#input.read(this.#raw, key));
    }
    return this.entries;
  }

  override get(key: string): Value {
    if (this.entries !== null) return this.entries.get(key) ?? null;
    return this.#input.read(this.#raw, key);
  }
}
