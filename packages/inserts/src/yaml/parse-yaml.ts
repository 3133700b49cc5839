import { Dict } from '../values/dict.ts';
import { List } from '../values/list.ts';
import type { Value } from '../values/value.ts';
import { YamlCursor, YamlProblem } from './yaml-cursor.ts';
import { blockText, plainValue, quotedText } from './yaml-scalars.ts';

export type ParsedYaml =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'invalid'; readonly message: string };

const maxDepth = 100;

/** Parses the first document of a YAML text. `step` is called for every value. */
export function parseYaml(text: string, step: () => void): ParsedYaml {
  try {
    return { kind: 'value', value: new YamlReader(text, step).document() };
  } catch (error) {
    if (error instanceof YamlProblem) return { kind: 'invalid', message: error.message };
    throw error;
  }
}

class YamlReader {
  readonly #cursor: YamlCursor;
  readonly #step: () => void;
  #depth = 0;

  constructor(text: string, step: () => void) {
    this.#cursor = new YamlCursor(text);
    this.#step = step;
  }

  document(): Value {
    const cursor = this.#cursor;
    cursor.skipToText();
    while (cursor.next === '%' && cursor.column === 0) {
      cursor.takeLine();
      cursor.skipToText();
    }
    if (cursor.text.startsWith('---', cursor.at) && cursor.atMarker) cursor.at += 3;
    const value = this.#node(-1, false);
    cursor.skipToText();
    if (!cursor.done && !cursor.atMarker) throw new YamlProblem('text behind the value');
    return value;
  }

  /** A value whose lines are further in than `indent`; null if there is none. */
  #node(indent: number, sameLine: boolean): Value {
    const cursor = this.#cursor;
    const line = cursor.lineStart;
    cursor.skipToText();
    const moved = cursor.lineStart !== line;
    if (cursor.done || cursor.atMarker || ((moved || !sameLine) && cursor.column <= indent)) return null;
    this.#step();
    this.#depth++;
    if (this.#depth > maxDepth) throw new YamlProblem('values that are nested too deeply');
    const value = this.#value(indent, sameLine && !moved);
    this.#depth--;
    return value;
  }

  #value(indent: number, sameLine: boolean): Value {
    const cursor = this.#cursor;
    const { next, column } = cursor;
    if (!sameLine && cursor.isIndicator('-')) return this.#sequence(column);
    if (cursor.isIndicator('?')) throw new YamlProblem('a key that is a list or dict');
    if (next === '|' || next === '>') return blockText(cursor, indent);
    if (!sameLine && this.#keyEnd() >= 0) return this.#mapping(column);
    return this.#scalar(indent);
  }

  #scalar(indent: number): Value {
    const cursor = this.#cursor;
    const { next } = cursor;
    if (next === '&' || next === '*' || next === '!' || next === '%' || next === '@' || next === '`')
      throw new YamlProblem(`${next}, which is not read here`);
    if (next === '[' || next === '{') return this.#flow();
    const value = next === '"' || next === "'" ? quotedText(cursor) : this.#plain(indent);
    cursor.skipBlanks();
    if (cursor.next !== '' && cursor.next !== '\n' && cursor.next !== '#')
      throw new YamlProblem('text behind a value');
    return value;
  }

  #sequence(column: number): List {
    const cursor = this.#cursor;
    const items: Value[] = [];
    do {
      cursor.at++;
      cursor.skipBlanks();
      // what follows on the line is a value of its own, so `- - a` and `- a: b` are nested
      items.push(this.#node(column, false));
      cursor.skipToText();
    } while (cursor.column === column && cursor.isIndicator('-') && !cursor.atMarker);
    if (cursor.column > column && !cursor.done) throw new YamlProblem('a line that is too far in');
    return new List(items);
  }

  #mapping(column: number): Dict {
    const cursor = this.#cursor;
    const entries = new Map<string, Value>();
    while (!cursor.done && cursor.column === column && !cursor.atMarker) {
      const end = this.#keyEnd();
      if (end < 0) throw new YamlProblem('a line without a key');
      const quoted = cursor.next === '"' || cursor.next === "'";
      const key = quoted ? quotedText(cursor) : cursor.text.slice(cursor.at, end).trimEnd();
      cursor.at = end + 1;
      entries.set(key, this.#member(column));
      cursor.skipToText();
    }
    if (cursor.column > column && !cursor.done) throw new YamlProblem('a line that is too far in');
    return new Dict(entries);
  }

  /** The value behind `key:`. A sequence below it may be as far out as the key. */
  #member(column: number): Value {
    const cursor = this.#cursor;
    cursor.skipBlanks();
    if (cursor.next !== '\n' && cursor.next !== '#' && !cursor.done) {
      if (cursor.next !== '"' && cursor.next !== "'" && this.#keyEnd() >= 0)
        throw new YamlProblem('two keys in one line');
      return this.#node(column, true);
    }
    cursor.skipToText();
    if (cursor.column === column && cursor.isIndicator('-') && !cursor.atMarker) {
      this.#step();
      return this.#sequence(column);
    }
    return this.#node(column, false);
  }

  /** Where the colon of a key at the cursor is; -1 if there is no key. */
  #keyEnd(): number {
    const { text, at, next } = this.#cursor;
    if ('[{&*!|>%@`#'.includes(next)) return -1;
    let end = at;
    if (next === '"' || next === "'") {
      for (end++; ; end++) {
        if (end >= text.length || text.charAt(end) === '\n') return -1;
        if (next === '"' ? text.charAt(end) === '\\' : text.startsWith("''", end)) end++;
        else if (text.charAt(end) === next) break;
      }
      for (end++; text.charAt(end) === ' '; end++);
      return text.charAt(end) === ':' && this.#cursor.isSpaceAt(end + 1) ? end : -1;
    }
    for (; end < text.length && text.charAt(end) !== '\n'; end++) {
      if (text.charAt(end) === ':' && this.#cursor.isSpaceAt(end + 1)) return end > at ? end : -1;
      if (text.charAt(end) === '#' && this.#cursor.isSpaceAt(end - 1)) return -1;
    }
    return -1;
  }

  /** A scalar without quotes, over lines that are further in than `indent`. */
  #plain(indent: number): Value {
    const cursor = this.#cursor;
    let text = '';
    let breaks = 0;
    for (;;) {
      const start = cursor.at;
      const { lineStart } = cursor;
      const line = cursor.takeLine();
      const comment = /(?:^|[ \t])#/.exec(line);
      const part = (comment === null ? line : line.slice(0, comment.index)).trim();
      if (/:(?:\s|$)/.test(part)) throw new YamlProblem('a key inside of a text');
      text += breaks === 0 ? part : (breaks === 1 ? ' ' : '\n'.repeat(breaks - 1)) + part;
      this.#step();
      // the end of the line belongs to what follows
      const stop = start + (comment === null ? line.length : comment.index);
      cursor.moveBack(stop, lineStart);
      if (comment !== null) break;
      breaks = 0;
      while (cursor.next === '\n') {
        breaks++;
        cursor.takeLine();
        cursor.skipBlanks();
      }
      if (breaks === 0 || cursor.done || cursor.atMarker || cursor.column <= indent || cursor.next === '#') {
        cursor.moveBack(stop, lineStart);
        break;
      }
    }
    return plainValue(text);
  }

  /** `[a, b]`, `{a: b}`, and a scalar inside of them. */
  #flow(): Value {
    const cursor = this.#cursor;
    this.#depth++;
    if (this.#depth > maxDepth) throw new YamlProblem('values that are nested too deeply');
    const value = cursor.next === '[' ? this.#flowList() : this.#flowDict();
    this.#depth--;
    return value;
  }

  #flowItem(): Value {
    const cursor = this.#cursor;
    this.#step();
    if (cursor.next === '[' || cursor.next === '{') return this.#flow();
    if (cursor.next === '"' || cursor.next === "'") return quotedText(cursor);
    return plainValue(this.#flowWord());
  }

  #flowWord(): string {
    const cursor = this.#cursor;
    if ('&*!|>%@`'.includes(cursor.next)) throw new YamlProblem(`${cursor.next}, which is not read here`);
    const start = cursor.at;
    let { at } = cursor;
    for (; at < cursor.text.length && !',[]{}\n'.includes(cursor.text.charAt(at)); at++) {
      const character = cursor.text.charAt(at);
      if (character === ':' && (cursor.isSpaceAt(at + 1) || ',[]{}'.includes(cursor.text.charAt(at + 1))))
        break;
      if (character === '#' && cursor.isSpaceAt(at - 1)) break;
    }
    cursor.at = at;
    return cursor.text.slice(start, at).trim();
  }

  #flowList(): List {
    const cursor = this.#cursor;
    const items: Value[] = [];
    cursor.at++;
    for (;;) {
      cursor.skipToText();
      if (cursor.take(']')) return new List(items);
      const item = this.#flowItem();
      cursor.skipToText();
      if (cursor.take(':')) {
        cursor.skipToText();
        items.push(Dict.from([[keyText(item), this.#flowValue()]]));
      } else items.push(item);
      cursor.skipToText();
      if (!cursor.take(',') && cursor.next !== ']') throw new YamlProblem('a missing ]');
    }
  }

  #flowDict(): Dict {
    const cursor = this.#cursor;
    const entries = new Map<string, Value>();
    cursor.at++;
    for (;;) {
      cursor.skipToText();
      if (cursor.take('}')) return new Dict(entries);
      const quoted = cursor.next === '"' || cursor.next === "'";
      const key = quoted ? quotedText(cursor) : this.#flowWord();
      cursor.skipToText();
      this.#step();
      entries.set(key, cursor.take(':') ? this.#flowValue() : null);
      cursor.skipToText();
      if (!cursor.take(',') && cursor.next !== '}') throw new YamlProblem('a missing }');
    }
  }

  #flowValue(): Value {
    this.#cursor.skipToText();
    return ',]}'.includes(this.#cursor.next) ? null : this.#flowItem();
  }
}

function keyText(item: Value): string {
  if (item === null) return 'null';
  if (typeof item !== 'string' && typeof item !== 'number' && typeof item !== 'boolean')
    throw new YamlProblem('a key that is a list or dict');
  return String(item);
}
