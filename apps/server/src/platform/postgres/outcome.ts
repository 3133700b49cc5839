/** What kept the embedded PostgreSQL from being had. */
export type FailureCode =
  /** There are no binaries for this machine. */
  | 'unsupported-platform'
  /** The npm package is not there, or cannot be run as it is. */
  | 'binaries-incomplete'
  /** This process is root, PostgreSQL refuses to be, and no other identity can be had that reaches the files. */
  | 'root-not-possible'
  /** The data folder, or the cluster in it, cannot be written by this user. */
  | 'data-dir-not-writable'
  /** The folder of the cluster holds something else, or only parts of a cluster. */
  | 'not-a-cluster'
  /** The cluster is of another major version. */
  | 'other-version'
  /** The kept password is not the one of the cluster. */
  | 'password-rejected'
  /** Something else holds the cluster and did not let go. */
  | 'locked'
  /** PostgreSQL gave up; the message ends with its own last lines. */
  | 'start-failed';

/** Why it does not work: what, where and what to do. */
export interface Failure {
  readonly kind: 'failed';
  readonly code: FailureCode;
  readonly message: string;
}

export function failed(code: FailureCode, message: string): Failure {
  return { kind: 'failed', code, message };
}

/** The text of whatever was thrown. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code of a failed call to the operating system, such as `EACCES`, or of a refused query, such as `28P01`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The last lines of what a program said. */
export function lastLines(text: string, count = 8): string {
  return text.trim().split('\n').slice(-count).join('\n');
}
