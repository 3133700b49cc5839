import { isRecord } from '../plain-record.ts';
import { Dict } from './dict.ts';
import { List } from './list.ts';
import { normalizeInteger } from './numbers.ts';
import { ValueObject } from './value-object.ts';
import { DateTime, Double } from './value.ts';
import type { Value } from './value.ts';

/** Up to this many objects are searched one by one: a Map costs more than all else in a small render. */
const scanned = 12;

const descriptorOf: (holder: object, key: string) => { readonly value?: unknown } | undefined =
  Object.getOwnPropertyDescriptor;

function hasPlainPrototype(raw: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(raw);
  return prototype === Object.prototype || prototype === null;
}

/** False if some program has given every object a property; 2 ns, where `Object.keys` takes 20. */
function prototypeIsClean(): boolean {
  for (const key in Object.prototype) return key === '';
  return true;
}

/**
 * The value of an own property of a plain object without getters. Whatever else such an object has is of the clean
 * prototype: methods, which read as null, and `__proto__`. (Asking `hasOwn` every time took an eighth of a rendering.)
 */
function plainValue(holder: object, key: string): unknown {
  if (!isRecord(holder) || (key === '__proto__' && !Object.hasOwn(holder, key))) return undefined;
  return holder[key];
}

/**
 * The data that one rendering was given. It is read property by property when a template asks for it: own data
 * properties only, so neither a prototype nor a getter is ever reached. Functions and symbols read as null.
 * The same object is always the same list or dict, and what a template changes is a copy.
 */
export class Input {
  readonly #zone: string;
  readonly #plain: boolean;
  /** What was made of objects of the input, searched one by one while it is little. */
  #made: (InputList | InputDict)[] | null = null;
  #index: Map<object, InputList | InputDict> | null = null;
  constructor(zone: string, plain: boolean) {
    this.#zone = zone;
    this.#plain = plain && prototypeIsClean();
  }

  /**
   * True once a template may have changed something: from then on what it sees is no longer what the input says, and
   * every object must be looked at through its dict.
   */
  touched = false;

  #raw(holder: object, key: string): unknown {
    return this.#plain ? plainValue(holder, key) : descriptorOf(holder, key)?.value;
  }

  /** What is at a path of own data properties; undefined if something on the way is more than a plain object. */
  path(holder: object, name: string, keys: readonly string[]): Value | undefined {
    let raw = this.#raw(holder, name);
    for (const key of keys) {
      if (typeof raw !== 'object' || raw === null)
        return raw === null || raw === undefined ? null : undefined;
      if (this.#plain ? Array.isArray(raw) : !hasPlainPrototype(raw)) return undefined;
      raw = this.#raw(raw, key);
    }
    return typeof raw === 'string' ? raw : this.value(raw);
  }

  /** The value of the own data property `key` of `holder`. */
  read(holder: object, key: string): Value {
    const raw = this.#raw(holder, key);
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
    if (isValueObject(raw)) return raw;
    if (raw instanceof Date) return new DateTime(Date.prototype.getTime.call(raw), this.#zone);
    const known = this.#known(raw);
    if (known !== undefined) return known;
    return Array.isArray(raw) ? this.#list(raw) : this.#keep(raw, new InputDict(raw, this));
  }

  #known(raw: object): InputList | InputDict | undefined {
    if (this.#index !== null) return this.#index.get(raw);
    if (this.#made !== null) for (const made of this.#made) if (made.raw === raw) return made;
    return undefined;
  }

  #keep<T extends InputList | InputDict>(raw: object, made: T): T {
    if (this.#index !== null) this.#index.set(raw, made);
    else {
      this.#made ??= [];
      this.#made.push(made);
      if (this.#made.length > scanned) this.#index = new Map(this.#made.map((each) => [each.raw, each]));
    }
    return made;
  }

  #list(raw: readonly unknown[]): List {
    const items: Value[] = [];
    // kept before its elements are read, so that a list inside of itself ends
    const list = this.#keep(raw, new InputList(raw, items));
    for (let at = 0; at < raw.length; at++) items.push(this.read(raw, String(at)));
    return list;
  }
}

/** True for values of the engine itself, which a host may put among its data. */
function isValueObject(raw: object): raw is Exclude<Value, null | boolean | number | bigint | string> {
  return raw instanceof ValueObject;
}

/** An array of the input as a list: its elements are copied, so that changing the list does not change the input. */
class InputList extends List {
  readonly raw: object;

  constructor(raw: object, items: Value[]) {
    super(items);
    this.raw = raw;
  }
}

/** An object of the input as a dict: read in place until something lists or changes it. */
class InputDict extends Dict {
  readonly raw: object;
  readonly #input: Input;
  /** What was read last: templates read `event.params` again and again. */
  #lastKey = '';
  #lastValue: Value = null;

  constructor(raw: object, input: Input) {
    super(null);
    this.raw = raw;
    this.#input = input;
  }

  override asMap(): Map<string, Value> {
    this.#input.touched = true;
    if (this.entries === null) {
      this.entries = new Map();
      for (const key of Object.keys(this.raw)) this.entries.set(key, this.#input.read(this.raw, key));
    }
    return this.entries;
  }

  override get(key: string): Value {
    if (this.entries !== null) return this.entries.get(key) ?? null;
    if (key === this.#lastKey && key !== '') return this.#lastValue;
    this.#lastKey = key;
    this.#lastValue = this.#input.read(this.raw, key);
    return this.#lastValue;
  }
}
