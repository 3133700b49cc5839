import { setTimeout as delay } from 'node:timers/promises';

import { codeOf } from './outcome.ts';
import { isServerOf } from './process-identity.ts';

/**
 * Fast: ends sessions and writes a checkpoint. Immediate: ends at once, and the next start replays the log; nothing
 * that was committed is lost either way. Together they fit into the 15 s that a shutdown of Laurel may take.
 */
const FAST_MS = 8_000;
const IMMEDIATE_MS = 6_000;
const LOOK_EVERY_MS = 20;

/** Stops a server and waits until its process is gone; it outlasts all of its own children. */
export async function stopServer(
  cluster: string,
  pid: number,
  { fastMs, immediateMs } = { fastMs: FAST_MS, immediateMs: IMMEDIATE_MS },
): Promise<void> {
  if (await gone(cluster, pid, 'SIGINT', fastMs)) return;
  if (await gone(cluster, pid, 'SIGQUIT', immediateMs)) return;
  throw new Error(`PostgreSQL (process ${pid}) on ${cluster} does not stop. Look at postgres.log beside it.`);
}

async function gone(
  cluster: string,
  pid: number,
  signal: NodeJS.Signals,
  patienceMs: number,
): Promise<boolean> {
  if (!send(pid, signal, cluster)) return true;
  const until = performance.now() + patienceMs;
  while (performance.now() < until) {
    if (!isServerOf(pid, cluster)) return true;
    await delay(LOOK_EVERY_MS);
  }
  return false;
}

/** False where there is nobody to send it to. */
function send(pid: number, signal: NodeJS.Signals, cluster: string): boolean {
  if (!isServerOf(pid, cluster)) return false;
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
    throw error;
  }
}
