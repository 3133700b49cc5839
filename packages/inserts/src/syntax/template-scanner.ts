import { isQuote, skipString } from './tokens.ts';

/** A piece of a template: text as it stands, a `{{ }}`, or a `{% %}`. Comments are gone. */
export interface Segment {
  readonly kind: 'text' | 'output' | 'tag';
  /** Offsets of the whole piece, delimiters included. */
  readonly start: number;
  readonly end: number;
  /** Offsets of what is inside of the delimiters, without whitespace-control dashes. */
  readonly innerStart: number;
  readonly innerEnd: number;
  /** The text after whitespace control; empty for other kinds. */
  text: string;
}

export type ScanProblem = (code: string, message: string, place: { start: number; end: number }) => void;

const opener = /\{[{%#]/g;
const rawTag = /^\s*raw\s*$/;
const endRaw = /\{%-?\s*endraw\s*-?%\}/g;

/**
 * Splits a template into segments. As in Jinjava quotes inside of a token are honoured, a backslash takes the next
 * character with it, and only tags trim whitespace. Unlike Jinjava a brace opened inside of `{{ }}` must close first,
 * so `{{ {'a': {'b': 1}} }}` is one expression; and an unclosed token is an error instead of text.
 */
export function scanTemplate(source: string, problem: ScanProblem): Segment[] {
  const scanner = new TemplateScanner(source, problem);
  return scanner.scan();
}

class TemplateScanner {
  readonly #source: string;
  readonly #problem: ScanProblem;
  readonly #segments: Segment[] = [];
  #trimNext = false;

  constructor(source: string, problem: ScanProblem) {
    this.#source = source;
    this.#problem = problem;
  }

  scan(): Segment[] {
    const source = this.#source;
    let at = 0;
    while (at < source.length) {
      opener.lastIndex = at;
      const open = opener.exec(source)?.index ?? source.length;
      if (open > at) this.#text(at, open);
      if (open === source.length) break;
      at = this.#token(open);
    }
    return this.#segments.filter((segment) => segment.kind !== 'text' || segment.text !== '');
  }

  #token(open: number): number {
    const mark = this.#source[open + 1];
    if (mark === '#') {
      const close = this.#source.indexOf('#}', open + 2);
      if (close >= 0) return close + 2;
      this.#problem('unclosed-comment', 'The comment {# is never closed with #}.', {
        start: open,
        end: open + 2,
      });
      return this.#source.length;
    }
    const isTag = mark === '%';
    const close = this.#findClose(open + 2, isTag);
    if (close < 0) {
      const closer = isTag ? '%}' : '}}';
      const hint =
        isTag || this.#source[open + 2] !== '"' ? '' : ' For JSON text put a space between { and {.';
      this.#problem('unclosed-token', `${isTag ? '{%' : '{{'} is never closed with ${closer}.${hint}`, {
        start: open,
        end: open + 2,
      });
      return this.#source.length;
    }
    return this.#add(open, close, isTag);
  }

  #findClose(from: number, isTag: boolean): number {
    const source = this.#source;
    let depth = 0;
    for (let at = from; at < source.length; at++) {
      const code = source.charCodeAt(at);
      if (code === 92) at++;
      else if (isQuote(code)) at = skipString(source, at + 1, source.length, code).end - 1;
      else if (isTag) {
        if (code === 37 && source.charCodeAt(at + 1) === 125) return at;
      } else if (code === 123) depth++;
      else if (code === 125) {
        if (depth > 0) depth--;
        else if (source.charCodeAt(at + 1) === 125) return at;
      }
    }
    return -1;
  }

  #add(open: number, close: number, isTag: boolean): number {
    const source = this.#source;
    let innerStart = open + 2;
    let innerEnd = close;
    const trimLeft = source[innerStart] === '-';
    if (trimLeft) innerStart++;
    let last = innerEnd - 1;
    while (last > innerStart && isSpace(source.charCodeAt(last))) last--;
    const trimRight = last >= innerStart && source[last] === '-';
    if (trimRight) innerEnd = last;

    if (isTag && trimLeft) this.#trimPrevious();
    this.#trimNext = false;
    const end = close + 2;
    const kind = isTag ? 'tag' : 'output';
    this.#segments.push({ kind, start: open, end, innerStart, innerEnd, text: '' });
    this.#trimNext = isTag && trimRight;
    if (isTag && rawTag.test(source.slice(innerStart, innerEnd))) return this.#raw(end);
    return end;
  }

  /** Everything up to `{% endraw %}` is text; the end tag itself is left to the parser. */
  #raw(from: number): number {
    endRaw.lastIndex = from;
    const close = endRaw.exec(this.#source);
    // without an end tag the rest is text, and the parser reports the tag as unclosed
    const end = close?.index ?? this.#source.length;
    if (end > from) this.#text(from, end);
    return end;
  }

  #text(start: number, end: number): void {
    let text = this.#source.slice(start, end);
    if (this.#trimNext) {
      text = text.trimStart();
      if (text === '') return;
      this.#trimNext = false;
    }
    const previous = this.#segments.at(-1);
    // text on both sides of a comment is one text, so that whitespace control reaches over the comment
    if (previous?.kind === 'text') previous.text += text;
    else this.#segments.push({ kind: 'text', start, end, innerStart: start, innerEnd: end, text });
  }

  #trimPrevious(): void {
    const previous = this.#segments.at(-1);
    if (previous?.kind === 'text') previous.text = previous.text.trimEnd();
  }
}

/** What Java calls a space or a whitespace character, the no-break spaces included. */
export function isSpace(code: number): boolean {
  if (code <= 32) return code === 32 || (code >= 9 && code <= 13) || (code >= 28 && code <= 31);
  if (code < 0xa0) return false;
  return (
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  );
}
