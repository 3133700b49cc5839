import { Readable } from 'node:stream';

import { CsvError, parse } from 'csv-parse';

import { sniffFormat, SNIFF_BYTES } from './csv-format.ts';

/** Why a file is not imported: where in it, and what is wrong. */
export class CsvRefusal extends Error {}

/** A row: its cells by column. `fromEntries` defines own members, so a column named `__proto__` is data. */
export interface CsvRow {
  /** The line of the file on which the row ends, counted from 1. */
  readonly line: number;
  readonly key: string;
  readonly value: Readonly<Record<string, string>>;
}

const COLUMN = /^[_a-zA-Z0-9]+[-_a-zA-Z0-9]*$/;
const MAX_COLUMNS = 1_000;
const MAX_RECORD_BYTES = 1024 * 1024;

/**
 * Reads a CSV file as rows, as a stream. Separator, BOM, quoted line breaks and CRLF are understood; whatever is not a
 * whole, regular table is a `CsvRefusal` with its line. Values are texts.
 */
export async function* readCsv(file: Readable, keyColumn: string): AsyncGenerator<CsvRow> {
  const parser = await openParser(file);
  let columns: readonly string[] | undefined;
  try {
    for await (const item of parser) {
      const { record, info } = readItem(item);
      const line = info.lines;
      if (columns === undefined) {
        columns = readHeader(record, keyColumn, line);
        continue;
      }
      if (record.length !== columns.length) {
        const more = record.length > columns.length ? 'more' : 'fewer';
        throw new CsvRefusal(
          `line ${line}: the row has ${record.length} cells, ${more} than the ${columns.length} columns`,
        );
      }
      const value = Object.fromEntries(columns.map((column, index) => [column, record[index] ?? '']));
      const nul = columns.find((column) => value[column]?.includes('\0'));
      if (nul !== undefined) throw new CsvRefusal(`line ${line}: column ${nul} holds a NUL character`);
      const key = value[keyColumn]?.trim() ?? '';
      if (key === '') throw new CsvRefusal(`line ${line}: the key column ${keyColumn} is empty`);
      yield { line, key, value };
    }
  } catch (error) {
    if (error instanceof CsvError) throw new CsvRefusal(describeCsvError(error), { cause: error });
    throw error;
  } finally {
    // A refused file is not read to its end: its descriptor is given back here.
    file.destroy();
  }
  if (columns === undefined) throw new CsvRefusal('the file is empty: its first line must name the columns');
}

function readHeader(record: readonly string[], keyColumn: string, line: number): readonly string[] {
  if (record.length > MAX_COLUMNS)
    throw new CsvRefusal(`line ${line}: there are more than ${MAX_COLUMNS} columns`);
  const columns = record.map((name) => name.trim());
  for (const [index, name] of columns.entries()) {
    if (name === '') throw new CsvRefusal(`line ${line}: column ${index + 1} has no name`);
    if (!COLUMN.test(name)) {
      throw new CsvRefusal(
        `line ${line}: the column name "${name}" may hold only letters without diacritics, digits, "_" and "-"`,
      );
    }
    if (columns.indexOf(name) !== index) throw new CsvRefusal(`line ${line}: two columns are named ${name}`);
  }
  if (!columns.includes(keyColumn)) {
    throw new CsvRefusal(`there is no column "${keyColumn}" for the key; the file has ${columns.join(', ')}`);
  }
  return columns;
}

interface CsvItem {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** What the parser yields with `info`: a record and where it ended. */
function isItem(item: unknown): item is CsvItem {
  return typeof item === 'object' && item !== null && 'record' in item && 'info' in item;
}

function readItem(item: unknown): CsvItem {
  if (!isItem(item)) throw new Error('the CSV parser yields records in another shape');
  return item;
}

async function openParser(file: Readable): Promise<ReturnType<typeof parse>> {
  const iterator: AsyncIterator<unknown> = file[Symbol.asyncIterator]();
  const start = await readStart(iterator);
  const format = sniffFormat(start);
  if (format.kind === 'refused') throw new CsvRefusal(format.message);
  const parser = parse({
    bom: true,
    columns: false,
    delimiter: format.separator,
    info: true,
    max_record_size: MAX_RECORD_BYTES,
    // Named, because the parser would take the first line's for all, and files with mixed ends exist.
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const source = Readable.from(checkedChunks(start, iterator), { objectMode: false });
  source.on('error', (error) => parser.destroy(error));
  return source.pipe(parser);
}

async function readStart(iterator: AsyncIterator<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let size = 0; size < SNIFF_BYTES;) {
    const next = await iterator.next();
    if (next.done === true) break;
    const chunk = bytesOf(next.value);
    chunks.push(chunk);
    size += chunk.length;
  }
  return Buffer.concat(chunks);
}

/** Passes the bytes on, and refuses those that are not UTF-8: a wrong encoding would be imported as garbage. */
async function* checkedChunks(start: Buffer, rest: AsyncIterator<unknown>): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let lines = 1;
  const check = (chunk: Buffer | undefined): void => {
    try {
      lines += lineBreaks(decoder.decode(chunk, { stream: chunk !== undefined }));
    } catch (error) {
      const good = (chunk ?? Buffer.alloc(0)).toString('utf8').split('\uFFFD', 1)[0] ?? '';
      const line = lines + lineBreaks(good);
      throw new CsvRefusal(`line ${line}: the file is not UTF-8: save it as "CSV UTF-8"`, { cause: error });
    }
  };
  check(start);
  yield start;
  for (;;) {
    const next = await rest.next();
    if (next.done === true) break;
    const chunk = bytesOf(next.value);
    check(chunk);
    yield chunk;
  }
  check(undefined);
}

function lineBreaks(text: string): number {
  return text.split('\n').length - 1;
}

function bytesOf(chunk: unknown): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new TypeError('a file came in another form than bytes or text');
}

function describeCsvError(error: CsvError): string {
  const line: unknown = Reflect.get(error, 'lines');
  const where = typeof line === 'number' ? `line ${line}: ` : '';
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return `${where}a quoted cell is never closed`;
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'INVALID_OPENING_QUOTE':
      return `${where}a quote stands where none may be: a cell with quotes is quoted as a whole, its quotes doubled`;
    case 'CSV_MAX_RECORD_SIZE':
      return `${where}a row is larger than ${MAX_RECORD_BYTES / 1024} KiB`;
    default:
      return `${where}${error.message}`;
  }
}
