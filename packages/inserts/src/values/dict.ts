import { ValueObject } from './value-object.ts';
import type { Value } from './value.ts';

/** A dict with text keys in the order in which they were added. Subclassed for dicts that still sit in the input. */
export class Dict extends ValueObject {
  /** True for what `namespace()` makes: `set ns.field` writes into it. */
  readonly isNamespace: boolean;
  protected entries: Map<string, Value> | null;

  constructor(entries: Map<string, Value> | null = new Map(), isNamespace = false) {
    super();
    this.entries = entries;
    this.isNamespace = isNamespace;
  }

  static from(pairs: Iterable<readonly [string, Value]>): Dict {
    return new Dict(new Map(pairs));
  }

  /** The map behind; writing to it changes the dict. */
  asMap(): Map<string, Value> {
    this.entries ??= new Map();
    return this.entries;
  }

  get(key: string): Value {
    return this.asMap().get(key) ?? null;
  }

  /** What a template put at a key; what still sits in the input does not count. */
  made(key: string): Value {
    return this.entries?.get(key) ?? null;
  }

  get size(): number {
    return this.asMap().size;
  }
}
