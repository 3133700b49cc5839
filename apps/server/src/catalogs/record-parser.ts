import { CsvError, parse } from 'csv-parse';

import type { Separator } from './csv-format.ts';
import { CsvRefusal } from './csv-refusal.ts';
import { LineCounter } from './line-counter.ts';

/** The longest record of a file, with its quotes, separators and line break. */
export const MAX_RECORD_BYTES = 1024 * 1024;
/** The parser asks for a few bytes behind a record before it lets go of it. */
const LOOK_AHEAD = 8;
const PIECE_BYTES = 64 * 1024;

export interface CsvRecord {
  /** The line on which the record begins, counted from 1. */
  readonly line: number;
  /** Undefined: an empty cell without quotes. `""` is an empty text. */
  readonly cells: readonly (string | undefined)[];
}

/**
 * Parses the bytes of a CSV file as they come. Which records there are, and which fault is met first, does not depend on
 * how the bytes are cut. It holds one record of at most 1 MiB, and what a piece of 64 KiB completes.
 */
export class RecordParser {
  readonly #parser: ReturnType<typeof parse>;
  readonly #lines = new LineCounter();
  readonly #found: { readonly cells: CsvRecord['cells']; readonly end: number }[] = [];

  constructor(separator: Separator) {
    this.#parser = parse({
      cast: (text, { quoting }) => (text === '' && !quoting ? undefined : text),
      delimiter: separator,
      // Taken here: the stream's readers would lose the records that stand before a fault.
      on_record: (cells, { bytes }) => {
        this.#found.push({ cells, end: bytes });
        return null;
      },
      // Named, because the parser would take the first line's for all, and files with mixed ends exist.
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
    });
    // An error is the answer to the write that caused it.
    this.#parser.on('error', () => undefined);
  }

  /** The line that the bytes which have come end on. */
  get lastLine(): number {
    return this.#lines.lineAt(this.#lines.offset + this.#lines.size);
  }

  /** Yields what `bytes` complete. Throws a `CsvRefusal` behind the last record before a fault. */
  async *parse(bytes: Buffer): AsyncGenerator<readonly CsvRecord[]> {
    for (let at = 0; at < bytes.length;) {
      const room = MAX_RECORD_BYTES + LOOK_AHEAD - this.#lines.size;
      const piece = bytes.subarray(at, at + Math.min(room, PIECE_BYTES));
      at += piece.length;
      this.#lines.append(piece);
      const fault = await this.#write(piece);
      yield* this.#completed(fault);
      if (this.#lines.size >= MAX_RECORD_BYTES + LOOK_AHEAD) throw tooLarge(this.#cellLine);
    }
  }

  /** Yields what the end of the file completes. */
  async *end(): AsyncGenerator<readonly CsvRecord[]> {
    const fault = await new Promise<unknown>((resolve) =>
      this.#parser.end((error?: Error | null) => resolve(error)),
    );
    yield* this.#completed(fault);
  }

  /** Yields what is complete in front of bytes that cannot be parsed. */
  async *breakOff(): AsyncGenerator<readonly CsvRecord[]> {
    await this.#write(Buffer.alloc(LOOK_AHEAD, 'x'));
    yield* this.#completed(undefined);
  }

  async #write(bytes: Buffer): Promise<unknown> {
    return await new Promise<unknown>((resolve) => this.#parser.write(bytes, resolve));
  }

  *#completed(fault: unknown): Generator<readonly CsvRecord[]> {
    const records: CsvRecord[] = [];
    for (const { cells, end } of this.#found.splice(0)) {
      this.#lines.skipBlankLines();
      const { line, offset } = this.#lines;
      this.#lines.advance(end);
      if (end - offset > MAX_RECORD_BYTES) {
        yield records;
        throw tooLarge(line);
      }
      records.push({ line, cells });
    }
    this.#lines.skipBlankLines();
    yield records;
    if (fault instanceof CsvError) throw this.#refusal(fault);
    if (fault !== undefined && fault !== null) throw fault;
  }

  /** The line on which the cell begins that the parser is in. */
  get #cellLine(): number {
    return this.#lines.lineAt(this.#parser.info.bytes);
  }

  #refusal(fault: CsvError): CsvRefusal {
    const cause = { cause: fault };
    switch (fault.code) {
      case 'CSV_QUOTE_NOT_CLOSED':
        return new CsvRefusal('the quote of a cell that begins here is never closed', {
          line: this.#cellLine,
          ...cause,
        });
      case 'CSV_INVALID_CLOSING_QUOTE':
      case 'INVALID_OPENING_QUOTE':
        return new CsvRefusal(
          'a quote within a cell that begins here is not doubled: a cell with quotes is quoted as a whole, its quotes doubled',
          { line: this.#cellLine, ...cause },
        );
      case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
        return new CsvRefusal(otherLength(fault.message), { line: this.#lines.line, ...cause });
      default:
        return new CsvRefusal(fault.message, { line: this.#cellLine, ...cause });
    }
  }
}

function tooLarge(line: number): CsvRefusal {
  const size = `${MAX_RECORD_BYTES / 1024 / 1024} MiB`;
  return new CsvRefusal(`the row is larger than ${size}, or a quote that opens here is not closed`, { line });
}

/** The parser counts the cells in its message alone: "expect 2, got 3 on line 4". */
function otherLength(message: string): string {
  const [, columns = '', cells = ''] = /expect (\d+), got (\d+)/.exec(message) ?? [];
  const more = Number(cells) > Number(columns) ? 'more' : 'fewer';
  return `the row has ${cells} cells, ${more} than the ${columns} columns`;
}
