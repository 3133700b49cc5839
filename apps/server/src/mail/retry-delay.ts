const MINUTE_MS = 60_000;

/** How long a mail that could not be handed over waits for its next attempt. After the last of them it has failed. */
const RETRY_DELAYS_MS: readonly number[] = [
  0.5 * MINUTE_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  60 * MINUTE_MS,
  240 * MINUTE_MS,
];

/** How often a mail is attempted before it is given up, and again after a person has released it. */
export const MAX_ATTEMPTS = RETRY_DELAYS_MS.length + 1;

/** A fifth more or less, so that the mails that failed together do not come back together. */
const JITTER = 0.2;

/** The delay after `attempts` of at most `limit`, in milliseconds; undefined where there is no further attempt. */
export function retryDelay(
  attempts: number,
  limit: number,
  delays: readonly number[] = RETRY_DELAYS_MS,
): number | undefined {
  const left = limit - attempts;
  if (left <= 0) return undefined;
  const delay = delays[Math.max(0, delays.length - left)];
  return delay === undefined ? undefined : delay * (1 - JITTER + 2 * JITTER * Math.random());
}
