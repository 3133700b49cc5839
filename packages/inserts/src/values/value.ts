import type { Dict } from './dict.ts';
import type { List } from './list.ts';
import { ValueObject } from './value-object.ts';

/**
 * A floating-point number whose value is whole, so that it prints as `2.0`. Other floating-point numbers are plain
 * JavaScript numbers, and integers are numbers while they are safe and bigints (64 bits, wrapping) beyond that.
 */
export class Double extends ValueObject {
  readonly value: number;

  constructor(value: number) {
    super();
    this.value = value;
  }
}

/** A decimal fraction with a fixed number of digits behind the point, as `round` and `add` make: `3.10`. */
export class Decimal extends ValueObject {
  /** The number without its point. */
  readonly digits: bigint;
  /** How many of the digits are behind the point; negative for trailing zeros. */
  readonly scale: number;

  constructor(digits: bigint, scale: number) {
    super();
    this.digits = digits;
    this.scale = scale;
  }
}

/** An instant with the time zone in which it is shown, and the format in which it prints if it has one. */
export class DateTime extends ValueObject {
  readonly epochMs: number;
  readonly zone: string;
  readonly format: string | null;

  constructor(epochMs: number, zone: string, format: string | null = null) {
    super();
    this.epochMs = epochMs;
    this.zone = zone;
    this.format = format;
  }
}

/**
 * A string that says how it wants to be printed: `safe` as it stands in every output, `json` is a complete JSON
 * value, `json-escaped` is already escaped for the inside of a JSON string, `url-encoded` for a URL.
 */
export class Marked extends ValueObject {
  readonly text: string;
  readonly mark: 'safe' | 'json' | 'json-escaped' | 'url-encoded';

  constructor(text: string, mark: Marked['mark']) {
    super();
    this.text = text;
    this.mark = mark;
  }
}

/** Output that was captured where an output escapes its values: static text and values that are escaped when printed. */
export class Fragment extends ValueObject {
  readonly pieces: readonly FragmentPiece[];

  constructor(pieces: readonly FragmentPiece[]) {
    super();
    this.pieces = pieces;
  }
}

export type FragmentPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly value: Value; readonly html: boolean };

/** Something that a template can call by name. Opaque to expressions. */
export class Callable extends ValueObject {
  readonly name: string;

  constructor(name: string) {
    super();
    this.name = name;
  }
}

/** The variable `loop`. */
export class Loop extends ValueObject {
  readonly length: number;
  readonly depth: number;
  index0 = -1;

  constructor(length: number, depth: number) {
    super();
    this.length = length;
    this.depth = depth;
  }
}

/** Everything that an expression can have as its value: data and nothing of the host. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Double
  | Decimal
  | List
  | Dict
  | DateTime
  | Marked
  | Fragment
  | Callable
  | Loop;
