import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');
export const API_KEY = 'e2e-api-key-0123456789';
export const ISSUER_KEY = 'e2e-issuer-key-0123456789';

/** A folder that goes with the test. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const folder = mkdtempSync(path.join(tmpdir(), 'laurel-e2e-'));
  return { path: folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface ServerProcess extends AsyncDisposable {
  readonly origin: string;
  readonly process: ChildProcess;
  /** What the server logged so far. */
  log(): string;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Asks it to stop, and answers its exit code. */
  stop(): Promise<number | null>;
  /** How often it came by a place: see `Platform.checkpoint`. */
  passed(place: string): Promise<number>;
  /** Resolves when it has ended by itself. */
  ended(): Promise<void>;
}

/**
 * Starts a server of its own and waits until it says where it listens. `crashAt` names the place at which it kills
 * itself.
 */
export async function startServerProcess(options: {
  dataDir: string;
  port?: number;
  crashAt?: string;
  env?: Readonly<Record<string, string>>;
}): Promise<ServerProcess> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'server-child.ts')], {
    env: {
      ...process.env,
      LAUREL_DATA_DIR: options.dataDir,
      LAUREL_API_KEY: API_KEY,
      LAUREL_ISSUER_KEY: ISSUER_KEY,
      PORT: String(options.port ?? 0),
      ...(options.crashAt !== undefined && { CRASH_AT: options.crashAt }),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let log = '';
  child.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const exited = once(child, 'exit');
  const ready: unknown = await Promise.race([
    once(child, 'message').then(([message]: unknown[]) => message),
    exited.then(() => {
      throw new Error(`the server ended before it was ready:\n${log}`);
    }),
  ]);
  const stop = async (): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await exited;
    }
    return child.exitCode;
  };
  return {
    origin: String(Reflect.get(Object(ready), 'origin')),
    process: child,
    log: () => log,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop,
    passed: async (place) => {
      const answer = once(child, 'message').then(([message]: unknown[]) => message);
      child.send('passed');
      const passed: unknown = Reflect.get(Object(await answer), 'passed');
      return Number(Reflect.get(Object(passed), place) ?? 0);
    },
    ended: async () => void (await exited),
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}
