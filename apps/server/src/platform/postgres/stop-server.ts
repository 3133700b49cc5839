import { setTimeout as delay } from 'node:timers/promises';

import { codeOf } from './outcome.ts';
import { isServerOf } from './process-identity.ts';

/**
 * Fast: ends sessions and writes a checkpoint. Immediate: ends at once, and the next start replays the log; nothing
 * that was committed is lost either way. Together they fit into the 15 s that a shutdown of Laurel may take.
 */
const STEPS = [
  { signal: 'SIGINT', patienceMs: 8_000 },
  { signal: 'SIGQUIT', patienceMs: 6_000 },
] as const;
const LOOK_EVERY_MS = 20;

/** Stops a server and waits until its process is gone; it outlasts all of its own children. */
export async function stopServer(cluster: string, pid: number): Promise<void> {
  for (const { signal, patienceMs } of STEPS) {
    if (!send(pid, signal, cluster)) return;
    const until = performance.now() + patienceMs;
    while (performance.now() < until) {
      if (!isServerOf(pid, cluster)) return;
      await delay(LOOK_EVERY_MS);
    }
  }
  throw new Error(`PostgreSQL (process ${pid}) on ${cluster} does not stop. Look at postgres.log beside it.`);
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
