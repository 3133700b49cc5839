import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { ROOT } from './server-process.ts';

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Command {
  /** What it printed so far, both streams. */
  printed(): string;
  kill(signal: NodeJS.Signals): void;
  readonly done: Promise<Ran>;
}

/**
 * Starts the command line as a person does, with `input` on its standard input. Variables of the environment that
 * concern Laurel are not inherited.
 */
export function laurel(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Command {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('LAUREL_')),
  );
  const child = spawn(process.execPath, [path.join(ROOT, 'apps/server/bin/laurel.js'), ...args], {
    cwd: ROOT,
    env: { ...clean, ...env },
    stdio: 'pipe',
  });
  // A command that ends without reading it is no fault.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const done = once(child, 'close').then(() => ({ code: child.exitCode, out, err }));
  return { printed: () => out + err, kill: (signal) => void child.kill(signal), done };
}
