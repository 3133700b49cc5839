import { compileRegex, findMatch } from '@laurel/inserts/regex';

/**
 * No regular expression fits a longer text, counted in code points. With the bounds below one match takes 20 ms at
 * most; with texts of 4,000 and 500 steps it took 52 ms, for each event of a batch.
 */
export const MAX_TEXT = 1_000;
const MAX_PATTERN = 300;
/** Steps of the compiled pattern; a repetition counts as often as it may repeat. */
const MAX_STEPS = 300;
/** The highest bound of a repetition that PostgreSQL takes. */
const MAX_REPEAT = 255;

export type PatternOutcome =
  /** `postgres` is the same pattern in PostgreSQL's dialect. */
  | { readonly kind: 'pattern'; readonly postgres: string }
  | { readonly kind: 'invalid'; readonly message: string };

/** What is within a pattern that this language does not have. */
class Unsupported extends Error {}

const CLASSES: ReadonlyMap<string, string> = new Map([
  ['d', '0-9'],
  ['w', 'A-Za-z0-9_'],
  ['s', ' \\t\\n\\f\\r'],
]);

/**
 * Reads a regular expression: characters, `.`, classes (`[a-z]`, `\d`, `\w`, `\s`), groups, alternatives, repetitions,
 * `^` and `$` for the ends of the text. It is the part of RE2's syntax that the engine of the templates and PostgreSQL
 * mean alike, and both match it in time proportional to the text: neither follows one way after the other. There are
 * no back-references, no look-around, no flags and no word boundaries.
 */
export function readPattern(pattern: string): PatternOutcome {
  if (pattern.length > MAX_PATTERN) {
    return { kind: 'invalid', message: `is longer than ${MAX_PATTERN} characters` };
  }
  const compiled = compileRegex(pattern);
  if (compiled.kind === 'invalid') return { kind: 'invalid', message: `is refused: ${compiled.message}` };
  if (compiled.program.instructions.length > MAX_STEPS) {
    return { kind: 'invalid', message: 'repeats too much' };
  }
  try {
    return { kind: 'pattern', postgres: new Translation(pattern).run() };
  } catch (error) {
    if (error instanceof Unsupported) return { kind: 'invalid', message: error.message };
    throw error;
  }
}

/** Whether a text, or a part of it, fits a pattern that `readPattern` took. */
export function fitsPattern(text: string, pattern: string): boolean {
  if (text.length > MAX_TEXT && Array.from(text).length > MAX_TEXT) return false;
  const compiled = compileRegex(pattern);
  if (compiled.kind === 'invalid') throw new Error(`the pattern ${pattern} was not checked`);
  return findMatch(compiled.program, text, 0, () => undefined) !== null;
}

/** Writes a pattern, whose syntax is known to be right, in PostgreSQL's dialect. */
class Translation {
  readonly #text: readonly string[];
  #at = 0;

  constructor(pattern: string) {
    this.#text = Array.from(pattern);
  }

  run(): string {
    let out = '';
    // What stands before a repetition: nothing that can be repeated, something, or a repetition.
    let before: 'start' | 'atom' | 'repetition' = 'start';
    while (this.#at < this.#text.length) {
      const bounds = this.#bounds();
      if (bounds !== undefined) {
        if (before === 'start') throw new Unsupported('repeats ^, $ or nothing');
        if (before === 'repetition') throw new Unsupported('repeats a repetition');
        out += bounds + (this.#take('?') ? '?' : '');
        before = 'repetition';
        continue;
      }
      const character = this.#next();
      out += this.#translated(character);
      before = /[\^$(|]/.test(character) ? 'start' : 'atom';
    }
    return out;
  }

  #next(): string {
    return this.#text[this.#at++] ?? '';
  }

  #take(wanted: string): boolean {
    if (this.#text[this.#at] !== wanted) return false;
    this.#at++;
    return true;
  }

  #bounds(): string | undefined {
    for (const sign of ['*', '+', '?']) if (this.#take(sign)) return sign;
    const [whole, min, , max] =
      /^\{(\d{1,5})(,(\d{0,5}))?\}/.exec(this.#text.slice(this.#at, this.#at + 16).join('')) ?? [];
    if (whole === undefined) return undefined;
    if (Number(min) > MAX_REPEAT || Number(max ?? 0) > MAX_REPEAT) {
      throw new Unsupported(`repeats more than ${MAX_REPEAT} times`);
    }
    this.#at += whole.length;
    return whole;
  }

  #translated(character: string): string {
    switch (character) {
      case '(':
        if (this.#take('?') && !this.#take(':')) throw new Unsupported('has (? without :');
        return '(?:';
      case ')':
      case '|':
      case '^':
      case '$':
        return character;
      case '.':
        return '[^\\n]';
      case '[':
        return this.#class();
      case '\\':
        return this.#escape();
      default:
        return literal(character);
    }
  }

  #escape(): string {
    const character = this.#next();
    const negated = CLASSES.get(character.toLowerCase());
    if (negated !== undefined) return CLASSES.has(character) ? `[${negated}]` : `[^${negated}]`;
    return escaped(character);
  }

  #class(): string {
    let out = this.#take('^') ? '[^' : '[';
    for (let first = true; first || !this.#take(']'); first = false) out += this.#classItem();
    return `${out}]`;
  }

  #classItem(): string {
    if (this.#text[this.#at] === '\\') {
      const shorthand = CLASSES.get(this.#text[this.#at + 1] ?? '');
      if (shorthand !== undefined) {
        this.#at += 2;
        return shorthand;
      }
    }
    const from = this.#classCharacter();
    if (this.#text[this.#at] !== '-' || this.#text[this.#at + 1] === ']') return from;
    this.#at++;
    return `${from}-${this.#classCharacter()}`;
  }

  #classCharacter(): string {
    const character = this.#next();
    if (character === '\\') return escaped(this.#next());
    if (character === '[') throw new Unsupported('has [ within a class: write \\[');
    return literal(character);
  }
}

/** A character for itself: ASCII punctuation takes a backslash, which means nothing but that there. */
function literal(character: string): string {
  return /[!-/:-@[-`{-~]/.test(character) ? `\\${character}` : character;
}

function escaped(character: string): string {
  if (/[ntrfv]/.test(character)) return `\\${character}`;
  if (/[!-/:-@[-`{-~]/.test(character)) return `\\${character}`;
  throw new Unsupported(`has \\${character}, which is not supported`);
}
