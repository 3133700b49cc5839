import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';

import { codeOf, lastLines, textOf } from './outcome.ts';

const LOG_LIMIT_BYTES = 16 * 1024 * 1024;
const TAIL_BYTES = 16 * 1024;
/** What the server says of itself. An ERROR and its STATEMENT are about a session, and may be about a person. */
const OF_THE_SERVER = /\b(?:LOG|WARNING|FATAL|PANIC): {2}/;

/** Opens the log for appending; a large one is put aside first, and the one put aside before it goes. */
export function openLog(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

/** What was written to the log from byte `from` on, of that the last 16 KiB. */
export function readLog(file: string, from = 0): string {
  let log: number;
  try {
    log = openSync(file, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
  try {
    const { size } = fstatSync(log);
    const start = Math.max(from, size - TAIL_BYTES);
    const tail = Buffer.alloc(Math.max(0, size - start));
    return tail.subarray(0, readSync(log, tail, 0, tail.length, start)).toString();
  } finally {
    closeSync(log);
  }
}

/** The last lines in which the server speaks of itself since it was up, or why they cannot be had. */
export function lastWords(file: string): string {
  try {
    const lines = readLog(file).split('\n');
    const up = lines.findLastIndex((line) => line.endsWith('database system is ready to accept connections'));
    const since = lines.slice(up + 1);
    return lastLines(since.filter((line) => OF_THE_SERVER.test(line)).join('\n'));
  } catch (error) {
    return `${file} cannot be read: ${textOf(error)}`;
  }
}
