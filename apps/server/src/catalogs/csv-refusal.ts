/** Why a file is not imported: where in it, and what is wrong. Thrown, so that the transaction is rolled back. */
export class CsvRefusal extends Error {
  /** Which part of an upload is at fault. */
  readonly field: 'file' | 'itemKey';

  constructor(message: string, options: { line?: number; field?: 'file' | 'itemKey'; cause?: unknown } = {}) {
    super(options.line === undefined ? message : `line ${options.line}: ${message}`, {
      cause: options.cause,
    });
    this.field = options.field ?? 'file';
  }
}

/** A text of a file as a message quotes it: a message must not be as long as a hostile file. */
export function quoted(text: string): string {
  return JSON.stringify(text.length <= 60 ? text : `${text.slice(0, 60)}…`);
}
