export type FailureCode =
  | 'unsupported-platform'
  | 'binaries-incomplete'
  | 'root-not-possible'
  | 'data-dir-not-writable'
  | 'foreign-cluster'
  | 'other-version'
  | 'locked'
  | 'start-failed';

/** Why the embedded PostgreSQL cannot be had: what, where, and what to do. */
export class EmbeddedPostgresError extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** The text of whatever was thrown. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code of a failed call to the operating system, such as `EACCES`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
