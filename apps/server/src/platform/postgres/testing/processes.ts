import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { onTestFinished, vi } from 'vitest';
import { z } from 'zod';

import { isAlive } from '../process-identity.ts';

const report = z.union([
  z.object({
    kind: z.literal('started'),
    postgres: z.object({ pid: z.number(), adopted: z.boolean(), connectionString: z.string() }),
  }),
  z.object({ kind: z.literal('failed'), code: z.string(), message: z.string() }),
]);

/** Another program that uses the launcher; it says what it does, a line each. */
export interface OtherProgram {
  readonly child: ChildProcess;
  /** What came of its start. */
  outcome(): Promise<z.infer<typeof report>>;
  /** Resolves once it has said that. */
  said(progress: string): Promise<void>;
  /** Asks it to stop using the server and waits for its end. */
  end(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
}

/** Runs `use-server.ts` as a process of its own, as another user where one is given. */
export function otherProgram(
  dataDir: string,
  options: { uid?: number; packageFolder?: string } = {},
): OtherProgram {
  const script = path.join(import.meta.dirname, 'use-server.ts');
  const { uid, packageFolder } = options;
  const child = spawn(
    process.execPath,
    [script, dataDir, ...(packageFolder === undefined ? [] : [packageFolder])],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      cwd: '/',
      ...(uid !== undefined && { uid, gid: uid }),
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  const find = async (test: (line: string) => boolean): Promise<string> =>
    await vi.waitFor(
      () => {
        const line = lines.find(test);
        if (line === undefined) throw new Error(`it said only: ${lines.join(' / ')}`);
        return line;
      },
      { timeout: 25_000, interval: 2 },
    );
  const ended = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  return {
    child,
    outcome: async () => report.parse(JSON.parse(await find((line) => line.startsWith('{')))),
    said: async (progress) => void (await find((line) => line === progress)),
    end: async () => {
      child.stdin.end();
      await ended();
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended();
    },
  };
}

/** Parent and process group of a process; undefined where there is none. */
function familyOf(pid: number): { parent: number; group: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the name, which is in parentheses and may hold anything: state, parent, group.
    const [, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(parent), group: Number(group) };
  } catch {
    // It ended since its number was read.
    return undefined;
  }
}

export function processGroupOf(pid: number): number | undefined {
  return familyOf(pid)?.group;
}

/** The processes that a process started. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((other) => other > 0 && familyOf(other)?.parent === pid);
}

/** kill -9 of a server and of everything that it started. */
export function killServer(pid: number): void {
  const children = childrenOf(pid);
  process.kill(pid, 'SIGKILL');
  for (const child of children) if (isAlive(child)) process.kill(child, 'SIGKILL');
}
