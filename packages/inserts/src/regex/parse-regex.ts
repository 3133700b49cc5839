import { foldCase, not, perlClasses, posixClasses, unicodeClass } from './char-class.ts';
import { RegexProblem } from './regex-ast.ts';
import type { Assertion, ParsedRegex, Predicate, RegexNode } from './regex-ast.ts';

const maxRepeat = 1000;
const maxDepth = 60;

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly ungreedy: boolean;
}

const controls: ReadonlyMap<string, number> = new Map([
  ['n', 10],
  ['t', 9],
  ['r', 13],
  ['f', 12],
  ['v', 11],
  ['a', 7],
]);
const assertions: ReadonlyMap<string, Assertion> = new Map<string, Assertion>([
  ['b', 'word'],
  ['B', 'not-word'],
  ['A', 'text-start'],
  ['z', 'text-end'],
]);

/** Parses RE2 syntax: everything that a linear-time engine can do, so no look-around and no back-references. */
export function parseRegex(pattern: string): ParsedRegex {
  return new RegexParser(pattern).parse();
}

class RegexParser {
  readonly #text: readonly string[];
  readonly #names = new Map<string, number>();
  #at = 0;
  #groups = 1;
  #depth = 0;
  #flags: Flags = { ignoreCase: false, multiline: false, dotAll: false, ungreedy: false };

  constructor(pattern: string) {
    this.#text = Array.from(pattern);
  }

  parse(): ParsedRegex {
    const root = this.#choice();
    if (this.#at < this.#text.length) throw new RegexProblem('a ) without (');
    return { root, groups: this.#groups, names: this.#names };
  }

  get #next(): string {
    return this.#text[this.#at] ?? '';
  }

  #take(text: string): boolean {
    const characters = Array.from(text);
    if (!characters.every((character, index) => this.#text[this.#at + index] === character)) return false;
    this.#at += characters.length;
    return true;
  }

  #choice(): RegexNode {
    this.#depth++;
    if (this.#depth > maxDepth) throw new RegexProblem('groups nested too deeply');
    const outer = this.#flags;
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    this.#flags = outer;
    this.#depth--;
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind: 'choice', parts };
  }

  #sequence(): RegexNode {
    const parts: RegexNode[] = [];
    while (this.#at < this.#text.length && this.#next !== '|' && this.#next !== ')') {
      const part = this.#repeated();
      if (part !== null) parts.push(part);
    }
    return { kind: 'sequence', parts };
  }

  #repeated(): RegexNode | null {
    let node = this.#atom();
    if (node === null) return null;
    for (let count = 0; ; count++) {
      const bounds = this.#bounds();
      if (bounds === null) return node;
      if (count >= 3) throw new RegexProblem('too many repetitions in a row');
      const lazy = this.#take('?');
      const [min, max] = bounds;
      node = { kind: 'repeat', inner: node, min, max, greedy: lazy === this.#flags.ungreedy };
    }
  }

  #bounds(): [number, number] | null {
    if (this.#take('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#take('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#take('?')) return [0, 1];
    if (this.#next !== '{') return null;
    const found = /^\{(\d{1,5})(,(\d{0,5}))?\}/.exec(this.#text.slice(this.#at, this.#at + 16).join(''));
    if (found === null) return null;
    this.#at += found[0].length;
    const min = Number(found[1]);
    const max = found[2] === undefined ? min : found[3] === '' ? Number.POSITIVE_INFINITY : Number(found[3]);
    if (min > max || min > maxRepeat || (max > maxRepeat && max !== Number.POSITIVE_INFINITY)) {
      throw new RegexProblem(`${found[0]} is no repetition`);
    }
    return [min, max];
  }

  #one(accepts: Predicate): RegexNode {
    return { kind: 'one', accepts: this.#flags.ignoreCase ? foldCase(accepts) : accepts };
  }

  #atom(): RegexNode | null {
    const character = this.#next;
    this.#at++;
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return this.#one(this.#characterClass());
      case '.': {
        const { dotAll } = this.#flags;
        return { kind: 'one', accepts: (code) => dotAll || code !== 10 };
      }
      case '^':
        return { kind: 'assert', assertion: this.#flags.multiline ? 'line-start' : 'text-start' };
      case '$':
        return { kind: 'assert', assertion: this.#flags.multiline ? 'line-end' : 'text-end' };
      case '*':
      case '+':
      case '?':
        throw new RegexProblem(`nothing to repeat before ${character}`);
      case '\\':
        return this.#escape();
      default: {
        const wanted = character.codePointAt(0);
        return this.#one((code) => code === wanted);
      }
    }
  }

  #group(): RegexNode | null {
    if (!this.#take('?')) return this.#closed(this.#groups++);
    if (this.#take(':')) return this.#closed(null);
    if (this.#take('P<') || this.#next === '<') {
      this.#take('<');
      const end = this.#text.indexOf('>', this.#at);
      const name = this.#text.slice(this.#at, Math.max(end, this.#at)).join('');
      if (!/^\w{1,40}$/.test(name)) throw new RegexProblem('look-behind or a bad group name');
      this.#at = end + 1;
      this.#names.set(name, this.#groups);
      return this.#closed(this.#groups++);
    }
    return this.#flagGroup();
  }

  /** `(?i)` to the end of the group around, `(?i:…)` for its own inside. */
  #flagGroup(): RegexNode | null {
    let on = true;
    const flags = { ...this.#flags };
    for (;;) {
      const flag = this.#next;
      this.#at++;
      if (flag === '-') on = false;
      else if (flag === 'i') flags.ignoreCase = on;
      else if (flag === 'm') flags.multiline = on;
      else if (flag === 's') flags.dotAll = on;
      else if (flag === 'U') flags.ungreedy = on;
      else if (flag === ')') {
        this.#flags = flags;
        return null;
      } else if (flag === ':') {
        const outer = this.#flags;
        this.#flags = flags;
        const inner = this.#closed(null);
        this.#flags = outer;
        return inner;
      } else throw new RegexProblem(`(?${flag} is not supported`);
    }
  }

  #closed(index: number | null): RegexNode {
    const inner = this.#choice();
    if (!this.#take(')')) throw new RegexProblem('a ( without )');
    return index === null ? inner : { kind: 'group', index, inner };
  }

  #escape(): RegexNode {
    const assertion = assertions.get(this.#next);
    if (assertion !== undefined) {
      this.#at++;
      return { kind: 'assert', assertion };
    }
    if (this.#take('Q')) return this.#quoted();
    return this.#one(this.#escaped());
  }

  /** `\Q…\E`: every character stands for itself. */
  #quoted(): RegexNode {
    const parts: RegexNode[] = [];
    while (this.#at < this.#text.length && !this.#take('\\E')) {
      const wanted = this.#next.codePointAt(0);
      parts.push(this.#one((code) => code === wanted));
      this.#at++;
    }
    return { kind: 'sequence', parts };
  }

  /** What a backslash makes of the characters behind it, inside of brackets or not. */
  #escaped(): Predicate {
    const character = this.#next;
    this.#at++;
    const perl = perlClasses.get(character);
    if (perl !== undefined) return perl;
    if (character === 'p' || character === 'P') {
      const accepts = unicodeClass(this.#braced());
      return character === 'P' ? not(accepts) : accepts;
    }
    const code = this.#escapedCode(character);
    return (candidate) => candidate === code;
  }

  #braced(): string {
    if (!this.#take('{')) return this.#text[this.#at++] ?? '';
    const end = this.#text.indexOf('}', this.#at);
    const name = this.#text.slice(this.#at, Math.max(end, this.#at)).join('');
    this.#at = end + 1;
    return name;
  }

  #escapedCode(character: string): number {
    const control = controls.get(character);
    if (control !== undefined) return control;
    if (character === 'x') {
      const digits =
        this.#next === '{' ? this.#braced() : this.#text.slice(this.#at, (this.#at += 2)).join('');
      const code = Number.parseInt(digits, 16);
      if (!/^[\da-fA-F]{1,6}$/.test(digits) || code > 0x10ffff) throw new RegexProblem('a bad \\x escape');
      return code;
    }
    if (character === '' || /[\dA-Za-z]/.test(character))
      throw new RegexProblem(`\\${character} is not supported`);
    return character.codePointAt(0) ?? 0;
  }

  #characterClass(): Predicate {
    const negated = this.#take('^');
    const accepted: Predicate[] = [];
    for (let first = true; first || this.#next !== ']'; first = false) {
      if (this.#at >= this.#text.length) throw new RegexProblem('a [ without ]');
      accepted.push(this.#classItem());
    }
    this.#at++;
    const accepts: Predicate = (code) => accepted.some((item) => item(code));
    return negated ? not(this.#flags.ignoreCase ? foldCase(accepts) : accepts) : accepts;
  }

  #classItem(): Predicate {
    const posix = /^\[:(\^?)(\w{1,10}):\]/.exec(this.#text.slice(this.#at, this.#at + 16).join(''));
    if (posix !== null) {
      const accepts = posixClasses.get(posix[2] ?? '');
      if (accepts === undefined) throw new RegexProblem(`${posix[0]} is no class`);
      this.#at += posix[0].length;
      return posix[1] === '^' ? not(accepts) : accepts;
    }
    if (this.#next === '\\' && /[dDwWsSpP]/.test(this.#text[this.#at + 1] ?? '')) {
      this.#at++;
      return this.#escaped();
    }
    const from = this.#classCode();
    if (this.#next !== '-' || this.#text[this.#at + 1] === ']' || this.#at + 1 >= this.#text.length) {
      return (code) => code === from;
    }
    this.#at++;
    const to = this.#classCode();
    if (to < from) throw new RegexProblem('a range from high to low');
    return (code) => code >= from && code <= to;
  }

  #classCode(): number {
    const character = this.#next;
    this.#at++;
    if (character !== '\\') return character.codePointAt(0) ?? 0;
    const escaped = this.#next;
    this.#at++;
    return this.#escapedCode(escaped);
  }
}
