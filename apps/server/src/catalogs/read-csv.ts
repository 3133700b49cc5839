import type { Readable } from 'node:stream';

import { sniffFormat, SNIFF_BYTES } from './csv-format.ts';
import { CsvRefusal, quoted } from './csv-refusal.ts';
import { columnProblem, keyProblem, MAX_COLUMNS } from './item-rules.ts';
import { RecordParser } from './record-parser.ts';
import type { CsvRecord } from './record-parser.ts';
import { NotUtf8, wholeCharacters } from './whole-characters.ts';

/** The column of an export that holds the keys of its items: no column of theirs, if it is the first. */
export const KEY_COLUMN_OF_EXPORTS = 'item_key';

export type CsvPart =
  | {
      readonly kind: 'header';
      readonly line: number;
      readonly columns: readonly string[];
      /** The column that holds the keys; undefined where they stand apart, as in an export. */
      readonly keyColumn: string | undefined;
    }
  | {
      readonly kind: 'row';
      /** The line of the file on which the row begins, counted from 1. */
      readonly line: number;
      readonly key: string;
      readonly value: Readonly<Record<string, string>>;
    };

/**
 * Reads a CSV file as a stream: its header once, then its rows. Separator, BOM, quoted line breaks and every kind of line
 * end are understood; whatever is not a whole, regular table is a `CsvRefusal` with its line. Values are texts.
 */
export async function* readCsv(file: Readable, keyColumn: string): AsyncGenerator<CsvPart> {
  let header: Header | undefined;
  try {
    for await (const records of readRecords(file)) {
      for (const record of records) {
        if (header === undefined) {
          header = readHeader(record, keyColumn);
          const { columns } = header;
          yield {
            kind: 'header',
            line: record.line,
            columns,
            keyColumn: columns.includes(keyColumn) ? keyColumn : undefined,
          };
        } else yield readRow(record, header, keyColumn);
      }
    }
  } finally {
    // A refused file is not read to its end: its descriptor is given back here.
    file.destroy();
  }
  if (header === undefined) throw new CsvRefusal('the file is empty: its first line must name the columns');
}

interface Header {
  /** Whether the first cell of a row is the item's key and stands in no column, as in an export. */
  readonly keyApart: boolean;
  readonly columns: readonly string[];
}

function readHeader({ cells, line }: CsvRecord, keyColumn: string): Header {
  const names = cells.map((name) => name?.trim() ?? '');
  const keyApart = names[0] === KEY_COLUMN_OF_EXPORTS;
  const columns = keyApart ? names.slice(1) : names;
  if (columns.length > MAX_COLUMNS)
    throw new CsvRefusal(`there are more than ${MAX_COLUMNS} columns`, { line });
  const seen = new Set<string>();
  for (const [index, name] of columns.entries()) {
    const number = index + 1 + (keyApart ? 1 : 0);
    if (name === '') throw new CsvRefusal(`column ${number} has no name`, { line });
    const problem = columnProblem(name);
    if (problem !== undefined)
      throw new CsvRefusal(`the name of column ${number}, ${quoted(name)}, ${problem}`, { line });
    if (seen.has(name)) throw new CsvRefusal(`two columns are named ${name}`, { line });
    seen.add(name);
  }
  if (!names.includes(keyColumn)) {
    const has =
      names.length > 20 ? `${names.slice(0, 20).join(', ')} and ${names.length - 20} more` : names.join(', ');
    throw new CsvRefusal(`there is no column ${quoted(keyColumn)} for the key; the file has ${has}`, {
      field: 'itemKey',
    });
  }
  return { keyApart, columns };
}

function readRow({ cells, line }: CsvRecord, header: Header, keyColumn: string): CsvPart {
  const { keyApart, columns } = header;
  const values = keyApart ? cells.slice(1) : cells;
  const nul = values.findIndex((cell) => cell?.includes('\0'));
  if (nul !== -1) throw new CsvRefusal(`column ${columns[nul] ?? ''} holds a NUL character`, { line });
  const named = values[columns.indexOf(keyColumn)]?.trim() ?? '';
  const key = keyApart ? (cells[0]?.trim() ?? '') : named;
  const problem = keyProblem(key);
  if (problem !== undefined) {
    const column = keyApart ? KEY_COLUMN_OF_EXPORTS : keyColumn;
    throw new CsvRefusal(`the key in column ${column} ${problem}`, { line });
  }
  if (keyColumn !== KEY_COLUMN_OF_EXPORTS && key !== named) {
    throw new CsvRefusal(
      `${KEY_COLUMN_OF_EXPORTS} is ${quoted(key)} and ${keyColumn} is ${quoted(named)}: to import what was exported, name ${KEY_COLUMN_OF_EXPORTS} as the key column`,
      { line },
    );
  }
  // An export has nothing where an item has no value: what is imported from it is what was there.
  const present = columns.flatMap((column, index): [string, string][] => {
    const cell = values[index];
    return cell === undefined && keyApart ? [] : [[column, cell ?? '']];
  });
  // `fromEntries` defines own members, so a column named `__proto__` is data.
  return { kind: 'row', line, key, value: Object.fromEntries(present) };
}

async function* readRecords(file: Readable): AsyncGenerator<readonly CsvRecord[]> {
  const iterator: AsyncIterator<unknown> = file[Symbol.asyncIterator]();
  const start = await readStart(iterator);
  const format = sniffFormat(beginningOf(start));
  if (format.kind === 'refused') throw new CsvRefusal(format.message);
  const parser = new RecordParser(format.separator);
  try {
    for await (const bytes of wholeCharacters(skipBytes(format.skip, start, iterator))) {
      yield* parser.parse(bytes);
    }
    yield* parser.end();
  } catch (error) {
    if (!(error instanceof NotUtf8)) throw error;
    yield* parser.breakOff();
    throw new CsvRefusal('the file is not UTF-8: save it as "CSV UTF-8"', {
      line: parser.lastLine,
      cause: error,
    });
  }
}

/** The chunks of the beginning, as they came. */
async function readStart(iterator: AsyncIterator<unknown>): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for (let size = 0; size < SNIFF_BYTES;) {
    const next = await iterator.next();
    if (next.done === true) break;
    const chunk = bytesOf(next.value);
    chunks.push(chunk);
    size += chunk.length;
  }
  return chunks;
}

function beginningOf(chunks: readonly Buffer[]): Buffer {
  const size = chunks.reduce((sum, { length }) => sum + length, 0);
  return Buffer.concat(chunks, Math.min(size, SNIFF_BYTES));
}

async function* skipBytes(
  count: number,
  start: readonly Buffer[],
  rest: AsyncIterator<unknown>,
): AsyncGenerator<Buffer> {
  let skip = count;
  for (const chunk of start) {
    yield chunk.subarray(skip);
    skip = Math.max(0, skip - chunk.length);
  }
  for (;;) {
    const next = await rest.next();
    if (next.done === true) return;
    yield bytesOf(next.value);
  }
}

function bytesOf(chunk: unknown): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new TypeError('a file came in another form than bytes or text');
}
