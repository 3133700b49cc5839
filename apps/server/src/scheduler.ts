import { setTimeout as delay } from 'node:timers/promises';

import type { Log } from './platform/log.ts';

/** How soon what is planned happens after its time. */
const TICK_MS = 5_000;

/** What is due from time to time. It can be done by several processes at once, and again. */
export interface ScheduledTask {
  /** For the log: "starting and stopping workflows". */
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

/** Does what is due, every five seconds, one task after another. One that fails is logged and done again. */
export class Scheduler {
  readonly #log: Log;
  readonly #tasks: readonly ScheduledTask[];
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(log: Log, tasks: readonly ScheduledTask[]) {
    this.#log = log;
    this.#tasks = tasks;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Resolves when the task under way is done. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      for (const { name, run } of this.#tasks) {
        if (signal.aborted) return;
        try {
          await run();
        } catch (error) {
          this.#log.error({ err: error }, `${name} failed; trying again in ${TICK_MS / 1_000} s`);
        }
      }
      await delay(TICK_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
