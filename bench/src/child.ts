import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** What the program said when it was ready. */
  readonly ready: ReadonlyMap<string, unknown>;
  readonly process: ChildProcess;
}

/**
 * Starts a program of this folder and waits for its `ready` message. It ends with the scope. `output` is where it
 * writes: a file that is open, or what this process writes to.
 */
export async function startChild(
  script: string,
  env: Readonly<Record<string, string>>,
  nodeOptions: readonly string[] = [],
  output: number | 'inherit' = 'inherit',
): Promise<Child> {
  const child = spawn(process.execPath, [...nodeOptions, path.join(import.meta.dirname, script)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output, 'ipc'],
  });
  const ready = await Promise.race([
    once(child, 'message').then(([message]: unknown[]) => message),
    once(child, 'exit').then(([code]: unknown[]) => {
      throw new Error(`${script} ended with ${String(code)} before it was ready`);
    }),
  ]);
  return {
    pid: child.pid ?? 0,
    ready: new Map(typeof ready === 'object' && ready !== null ? Object.entries(ready) : []),
    process: child,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
