import { ValueObject } from './value-object.ts';
import type { Value } from './value.ts';

/** A list of a template. Lists of the input become such lists on first use, so a change never reaches the input. */
export class List extends ValueObject {
  readonly items: Value[];

  constructor(items: Value[]) {
    super();
    this.items = items;
  }
}

/** A key of a dict with its value, as `items()` gives them: a pair that prints as `key=value`. */
export class Entry extends List {
  readonly key: string;
  readonly value: Value;

  constructor(key: string, value: Value) {
    super([key, value]);
    this.key = key;
    this.value = value;
  }
}
