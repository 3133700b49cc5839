import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { Pool } from 'pg';
import { request } from 'undici';

import { launch } from '../../../apps/server/src/platform/postgres/start.ts';
import { MACHINE_CLOCK } from '../../../apps/server/src/platform/postgres/supervision.ts';
import { HEALTHY } from './mix.ts';
import type { Mix, Truth } from './mix.ts';
import { Post, startProgram, watchPostgres } from './processes.ts';
import type { Program } from './processes.ts';
import { applyWorkflows } from './workflows.ts';
import type { WorkflowIds } from './workflows.ts';

const API_KEY = 'chaos-api-key-0123456789';
/** A request that is cut off is sent again when it can no longer be under way: 5 s after that. */
const TIMEOUT_SECONDS = 3;
const WORKERS = 2;

export interface System extends AsyncDisposable {
  readonly origin: string;
  readonly apiKey: string;
  /** Where the stub issuer listens. */
  readonly issuer: string;
  readonly workflows: WorkflowIds;
  readonly db: Pool;
  /** Takes events in, and returns the jobs of dead workers to the queue. */
  readonly api: Post;
  readonly workers: readonly Post[];
  /** The PostgreSQL that runs now, or ran last. */
  postgresPid(): number;
  setMix(mix: Mix): Promise<void>;
  truth(): Promise<Truth>;
  /** Starts the workers anew, with clocks that jump or with clocks that are right. */
  restartWorkers(clocks: 'jumping' | 'right'): Promise<void>;
}

/** One database, one process that takes events in, two workers and the stub issuer, each a process of its own. */
export async function startSystem(seed: number): Promise<System> {
  await using closing = new AsyncDisposableStack();
  const folder = mkdtempSync(path.join(tmpdir(), 'laurel-chaos-'));
  closing.defer(() => rmSync(folder, { recursive: true, force: true }));
  const log = openSync(path.join(folder, 'processes.log'), 'a', 0o600);
  const postgres = await startPostgres(folder);
  watchPostgres(() => postgres.pid);
  closing.defer(async () => {
    await postgres.stop();
    watchPostgres(undefined);
  });
  const db = new Pool({ connectionString: postgres.connectionString, max: 4 });
  // The database is killed while these connections are idle; the next query takes another one.
  db.on('error', () => undefined);
  closing.defer(async () => await db.end());
  const stub = await startProgram('chaos/issuer.ts', { CHAOS_SEED: String(seed) }, log);
  closing.defer(async () => await stub.kill());
  const serve = async (
    roles: string,
    more: Record<string, string> = {},
    preload?: string,
  ): Promise<Program> =>
    await startProgram(
      'server-child.ts',
      {
        DATABASE_URL: postgres.connectionString,
        LAUREL_DATA_DIR: folder,
        LAUREL_API_KEY: API_KEY,
        LAUREL_ROLES: roles,
        LAUREL_EGRESS_ALLOW: '127.0.0.1',
        LAUREL_OUTGOING_TIMEOUT_SECONDS: String(TIMEOUT_SECONDS),
        PORT: '0',
        ...more,
      },
      log,
      preload,
    );
  // The same address after each start, as a server has.
  const PORT = String(await freePort());
  const api = new Post(async () => await serve('api,scheduler,issuer', { PORT }));
  closing.defer(async () => await api.kill());
  const origin = String((await api.ready()).ready.get('origin'));
  const issuer = String(stub.ready.get('origin'));
  const workflows = await applyWorkflows(origin, API_KEY, issuer);

  let jumping = false;
  const workers = Array.from(
    { length: WORKERS },
    (_, index) =>
      new Post(async () =>
        jumping ? await serve('worker', clockOf(index), 'shift-clock.ts') : await serve('worker'),
      ),
  );
  closing.defer(async () => void (await Promise.all(workers.map(async (worker) => await worker.kill()))));
  await Promise.all(workers.map(async (worker) => await worker.ready()));
  const opened = closing.move();
  return {
    origin,
    apiKey: API_KEY,
    issuer,
    workflows,
    db,
    api,
    workers,
    postgresPid: () => postgres.pid,
    setMix: async (mix) => {
      const answer = await request(`${issuer}/control/mix`, { method: 'PUT', body: JSON.stringify(mix) });
      await answer.body.dump();
    },
    truth: async () => {
      const answer = await request(`${issuer}/control/truth`);
      const truth: unknown = await answer.body.json();
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the stub is of this folder
      return truth as Truth;
    },
    restartWorkers: async (clocks) => {
      jumping = clocks === 'jumping';
      await Promise.all(workers.map(async (worker) => await worker.replace()));
      await Promise.all(workers.map(async (worker) => await worker.ready()));
    },
    [Symbol.asyncDispose]: async () => await opened.disposeAsync(),
  };
}

/**
 * Below those of outgoing connections: one of the sender's tries to reach a server that is away could otherwise take the
 * server's port, and be answered by itself.
 */
async function freePort(): Promise<number> {
  const LEAST = 10_000;
  for (let port = LEAST + (process.pid % 5_000); ; port++) {
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
      return port;
    } catch {
      // Somebody has it.
    } finally {
      server.close();
    }
  }
}

/** Clocks that jump by two hours to and fro every few seconds, each worker's in a rhythm of its own. */
function clockOf(worker: number): Record<string, string> {
  const hours = worker === 0 ? [2, 0, -2] : [-2, 2, 0];
  return {
    CHAOS_CLOCK_OFFSETS_MS: hours.map((hour) => hour * 3_600_000).join(','),
    CHAOS_CLOCK_EVERY_MS: String(3_000 + worker * 1_100),
  };
}

async function startPostgres(folder: string) {
  // Ten deaths in a few minutes would be answered with half a minute's wait each, which is not what is looked at.
  const clock = {
    ...MACHINE_CLOCK,
    wait: async (ms: number, signal: AbortSignal) => await MACHINE_CLOCK.wait(Math.min(ms, 1_000), signal),
  };
  const outcome = await launch({ dataDir: folder }, { clock });
  if (outcome.kind === 'failed') throw new Error(outcome.message);
  return outcome.postgres;
}

/** Sets the stub right and waits until every path is over; answers whether that was within `ms`. */
export async function drain(system: System, ms: number): Promise<boolean> {
  await system.setMix(HEALTHY);
  const deadline = performance.now() + ms;
  while (performance.now() < deadline) {
    // The generated event and the path that it starts are written with the step that generates it: none is between.
    const running = await system.db
      .query<{ running: number }>("select count(*)::int as running from run where state = 'running'")
      .then(({ rows }) => rows[0]?.running)
      .catch(() => undefined);
    if (running === 0) return true;
    await delay(200);
  }
  return false;
}
