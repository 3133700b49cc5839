import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { startChild } from '../child.ts';
import { treeOf } from '../usage.ts';

const living = new Set<ChildProcess>();
let postgresPid: (() => number) | undefined;

/** Whatever happens to the suite, nothing that it started outlives it. */
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
  if (postgresPid !== undefined) killTree(postgresPid());
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

/** The database's process is to end with this one; `undefined`: it has ended. */
export function watchPostgres(pid: (() => number) | undefined): void {
  postgresPid = pid;
}

/** kill -9 of a process and of all that it started. */
export function killTree(root: number): void {
  for (const pid of treeOf(root)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      // It ended by itself, as a process of PostgreSQL does whose parent is gone.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}

export interface Program {
  readonly ready: ReadonlyMap<string, unknown>;
  readonly process: ChildProcess;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a program of `bench/src` that writes to an open file. */
export async function startProgram(
  script: string,
  env: Readonly<Record<string, string>>,
  log: number,
  preload?: string,
): Promise<Program> {
  const options = preload === undefined ? [] : ['--import', path.join(import.meta.dirname, preload)];
  const child = await startChild(script, env, options, log);
  living.add(child.process);
  const gone = once(child.process, 'exit').then(() => living.delete(child.process));
  return {
    ready: child.ready,
    process: child.process,
    kill: async () => {
      child.process.kill('SIGKILL');
      await gone;
    },
  };
}

/** A place for a program that is started again whenever it was killed. */
export class Post {
  readonly #start: () => Promise<Program>;
  #program: Program | undefined;
  #starting: Promise<Program>;

  constructor(start: () => Promise<Program>) {
    this.#start = start;
    this.#starting = this.#begin();
  }

  /** The program, if it is ready. */
  get running(): Program | undefined {
    return this.#program;
  }

  /** Resolves when it is ready. */
  async ready(): Promise<Program> {
    return await this.#starting;
  }

  /** kill -9, and a new one at once. */
  async replace(): Promise<void> {
    await this.kill();
    this.#starting = this.#begin();
    // A start that fails shows where it is waited for.
    this.#starting.catch(() => undefined);
  }

  async kill(): Promise<void> {
    const program = await this.#starting;
    this.#program = undefined;
    await program.kill();
  }

  async #begin(): Promise<Program> {
    const program = await this.#start();
    this.#program = program;
    return program;
  }
}
