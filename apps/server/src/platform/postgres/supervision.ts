import { setTimeout as delay } from 'node:timers/promises';

import type { Access, BroughtUp, RunningServer } from './bring-up.ts';
import { textOf } from './outcome.ts';
import { isAlive, isServerOf } from './process-identity.ts';

/** What became of a server that was to run. */
export type ServerEvent =
  | {
      readonly kind: 'died';
      readonly pid: number;
      /** How, such as "killed by SIGKILL"; undefined where another process started it. */
      readonly how: string | undefined;
      /** What it last said of itself; empty where it said nothing. */
      readonly lastWords: string;
      readonly restartInMs: number;
    }
  | { readonly kind: 'restart-failed'; readonly message: string; readonly retryInMs: number }
  | {
      readonly kind: 'back';
      readonly pid: number;
      /** Another process has started it. */
      readonly adopted: boolean;
      readonly awayMs: number;
    };

/** Time as supervision sees it. */
export interface Clock {
  now(): number;
  /** Resolves early when the signal is given. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export const MACHINE_CLOCK: Clock = {
  now: () => performance.now(),
  wait: async (ms, signal) => {
    // Whoever gives the signal is who ends the wait.
    await delay(ms, undefined, { ref: false, signal }).catch(() => undefined);
  },
};

export interface SupervisionOptions {
  readonly cluster: string;
  /** Brings up a server that takes the place of one that died. */
  readonly replace: (access: Access, signal: AbortSignal) => Promise<BroughtUp>;
  readonly stopServer: (pid: number) => Promise<void>;
  readonly lastWords: () => string;
  readonly onEvent: (event: ServerEvent) => void;
  readonly clock: Clock;
}

const LOOK_EVERY_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** Who ran that long did not die of how it was started. */
const STEADY_AFTER_MS = 60_000;

/** How long to wait before the restart after `deaths` others: 0, 1 s, 2 s, 4 s … 30 s. */
export function backOffMs(deaths: number): number {
  return deaths === 0 ? 0 : Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** (deaths - 1));
}

/**
 * Keeps a server running until it is stopped by `stop`: one whose process dies is replaced by another that is reached
 * the same way. Every process that uses the server does this; who gets the lock of the cluster starts it, and the
 * others join.
 */
export class Supervision {
  readonly #options: SupervisionOptions;
  readonly #stopping = new AbortController();
  #server: RunningServer;
  /** Of the server that runs: ends the watch over it. */
  #watched = new AbortController();
  #replacing: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  /** Whether `#server` is in use; not so from its death until another takes its place. */
  #up = true;
  #deaths = 0;
  #upSince: number;

  constructor(server: RunningServer, options: SupervisionOptions) {
    this.#server = server;
    this.#options = options;
    this.#upSince = options.clock.now();
    this.#watch();
  }

  /** The process of the server, or of the one that ran last. */
  get pid(): number {
    return this.#server.pid;
  }

  async stop(): Promise<void> {
    await (this.#stopped ??= this.#stop());
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    this.#watched.abort();
    await this.#replacing;
    if (!this.#up) return;
    const { pid, use } = this.#server;
    if (await use.leave()) await this.#options.stopServer(pid);
  }

  #watch(): void {
    const watched = new AbortController();
    this.#watched = watched;
    const server = this.#server;
    const died = (how: string | undefined): void => {
      if (watched.signal.aborted) return;
      watched.abort();
      this.#replacing = this.#replace(server, how);
    };
    if (server.ended !== undefined) {
      void server.ended.then(died);
      return;
    }
    const { cluster } = this.#options;
    // Elsewhere than on Linux the look at a command line takes a process of its own.
    const runs = (): boolean =>
      process.platform === 'linux' ? isServerOf(server.pid, cluster) : isAlive(server.pid);
    const timer = setInterval(() => (runs() ? undefined : died(undefined)), LOOK_EVERY_MS).unref();
    watched.signal.addEventListener('abort', () => clearInterval(timer));
  }

  async #replace(dead: RunningServer, how: string | undefined): Promise<void> {
    const { clock, lastWords, onEvent } = this.#options;
    const { signal } = this.#stopping;
    this.#up = false;
    const diedAt = clock.now();
    if (diedAt - this.#upSince >= STEADY_AFTER_MS) this.#deaths = 0;
    let waitMs = backOffMs(this.#deaths++);
    onEvent({ kind: 'died', pid: dead.pid, how, lastWords: lastWords(), restartInMs: waitMs });
    await dead.use.abandon();
    for (;;) {
      if (waitMs > 0) await clock.wait(waitMs, signal);
      if (signal.aborted) return;
      const outcome = await this.#tryOnce(dead.access, signal);
      switch (outcome.kind) {
        case 'given-up':
          return;
        case 'failed': {
          waitMs = backOffMs(this.#deaths++);
          onEvent({ kind: 'restart-failed', message: outcome.message, retryInMs: waitMs });
          break;
        }
        case 'up': {
          this.#server = outcome;
          this.#up = true;
          this.#upSince = clock.now();
          if (signal.aborted) return;
          const adopted = outcome.ended === undefined;
          onEvent({ kind: 'back', pid: outcome.pid, adopted, awayMs: this.#upSince - diedAt });
          this.#watch();
          return;
        }
      }
    }
  }

  /** A machine that is broken now (a full disk, no process to be had) may work at the next try. */
  async #tryOnce(
    access: Access,
    signal: AbortSignal,
  ): Promise<RunningServer | { kind: 'given-up' } | { kind: 'failed'; message: string }> {
    try {
      return await this.#options.replace(access, signal);
    } catch (error) {
      return { kind: 'failed', message: textOf(error) };
    }
  }
}
