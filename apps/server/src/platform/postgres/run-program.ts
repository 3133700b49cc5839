import { spawn } from 'node:child_process';

import { textOf } from './outcome.ts';

/** As whom a program runs. */
export interface Identity {
  /** For people, as in "PostgreSQL runs as …". */
  readonly description: string;
  /** What is put before the command. */
  readonly prefix: readonly string[];
  /** The user to become; undefined: this process's own. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
}

/** This process's own user. */
export const OURSELVES: Identity = { description: 'the user of this process', prefix: [], user: undefined };

export interface ProgramResult {
  /** Undefined where it did not start or was killed. */
  readonly status: number | undefined;
  readonly stdout: string;
  /** What it said is wrong, or why it could not be started. */
  readonly stderr: string;
  /** The operating system's reason why it could not be started, such as `ENOENT`. */
  readonly spawnError: string | undefined;
}

/** What a program gets from us: never our own variables, which hold secrets. */
export function programEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', ...more };
}

/** Runs a program to its end, at most `timeoutMs`, and never rejects. */
export async function runProgram(
  identity: Identity,
  command: readonly [string, ...string[]],
  options: { readonly timeoutMs: number; readonly input?: string },
): Promise<ProgramResult> {
  const [program, ...args] = [...identity.prefix, ...command];
  return await new Promise((resolve) => {
    const child = spawn(program ?? command[0], args, {
      // A folder that everybody may enter: the present one may be closed to the other identity.
      cwd: '/',
      env: programEnvironment(),
      timeout: options.timeoutMs,
      ...identity.user,
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
    child.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ ...said, status: undefined, stderr: textOf(error), spawnError: error.code ?? 'UNKNOWN' }),
    );
    child.on('close', (status, signal) =>
      resolve({
        stdout: said.stdout,
        stderr: signal === null ? said.stderr : `${said.stderr}\nkilled by ${signal}`,
        status: status ?? undefined,
        spawnError: undefined,
      }),
    );
    // A program that ends without reading its input breaks the pipe; its status says what happened.
    child.stdin.on('error', () => undefined).end(options.input ?? '');
  });
}
