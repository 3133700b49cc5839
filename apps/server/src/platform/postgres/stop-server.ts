import { setTimeout as delay } from 'node:timers/promises';

import { isAlive, isServerOf, sendSignal } from './process-identity.ts';

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
  if (!isServerOf(pid, cluster)) return;
  sendSignal(pid, 'SIGINT');
  if (await isGone(pid, fastMs)) return;
  if (isServerOf(pid, cluster)) sendSignal(pid, 'SIGQUIT');
  if (await isGone(pid, immediateMs)) return;
  throw new Error(`PostgreSQL (process ${pid}) on ${cluster} does not stop. Look at postgres.log beside it.`);
}

async function isGone(pid: number, patienceMs: number): Promise<boolean> {
  const until = performance.now() + patienceMs;
  // Not isServerOf: an ending process loses its command line before it is gone.
  while (isAlive(pid)) {
    if (performance.now() > until) return false;
    await delay(LOOK_EVERY_MS);
  }
  return true;
}
