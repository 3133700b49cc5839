import { Readable } from 'node:stream';

import { CsvRefusal } from '../csv-refusal.ts';
import { readCsv } from '../read-csv.ts';
import type { CsvPart } from '../read-csv.ts';

export type Chunks = readonly (string | Buffer)[];

/** Everything that reading a file tells: its parts, and how it was refused. */
export async function read(
  chunks: Chunks,
  keyColumn = 'key',
): Promise<{ parts: CsvPart[]; refusal?: string }> {
  const parts: CsvPart[] = [];
  try {
    for await (const part of readCsv(Readable.from(chunks), keyColumn)) parts.push(part);
  } catch (error) {
    if (error instanceof CsvRefusal) return { parts, refusal: error.message };
    throw error;
  }
  return { parts };
}

/** A file in chunks of this size. */
export function cut(bytes: Buffer, size: number): Buffer[] {
  return cutAt(
    bytes,
    Array.from({ length: Math.floor(bytes.length / size) }, (_, n) => (n + 1) * size),
  );
}

/** A file cut at these places. */
export function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places, bytes.length].map((place) => Math.min(place, bytes.length)).sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}
