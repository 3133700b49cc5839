import type { Log } from '../platform/log.ts';
import type { Server } from '../server.ts';

/** What is in hand must be finished within this time after the signal. */
const GRACE_MS = 15_000;

/**
 * Waits for SIGINT or SIGTERM, then stops: no new requests, what is in hand is finished. Answers false, after which the
 * process ends, where that takes longer than 15 s; nothing is lost by it, because what was not finished is taken up
 * again at the next start.
 */
export async function untilStopped(server: Server, log: Log): Promise<boolean> {
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  log.info('stopping');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), GRACE_MS);
  });
  const outcome = await Promise.race([server.stop(), late]);
  clearTimeout(timer);
  if (outcome !== 'late') return true;
  log.error(
    `what was in hand was not finished within ${GRACE_MS / 1_000} s; it is taken up again at the next start`,
  );
  process.exit(1);
}
