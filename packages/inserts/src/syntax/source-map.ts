/** Where a piece of a template stands. Offsets count UTF-16 units from 0, lines and columns from 1. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  /** The template that it is a piece of; left out for the one that is rendered. */
  readonly origin?: Origin;
}

/** A template that another one loaded. */
export interface Origin {
  readonly name: string;
  readonly source: string;
}

/** Turns offsets of one source text into lines and columns. */
export class SourceMap {
  readonly source: string;
  readonly #origin: Origin | null;
  readonly #lineStarts: number[] = [0];

  /** `name` is that of a loaded template, null for the one that is rendered. */
  constructor(source: string, name: string | null = null) {
    this.source = source;
    this.#origin = name === null ? null : { name, source };
    for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) {
      this.#lineStarts.push(at + 1);
    }
  }

  locate(offset: number): { line: number; column: number } {
    const starts = this.#lineStarts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  span(start: number, end: number): Span {
    const { line, column } = this.locate(start);
    if (this.#origin === null) return { start, end, line, column };
    return { start, end, line, column, origin: this.#origin };
  }
}
