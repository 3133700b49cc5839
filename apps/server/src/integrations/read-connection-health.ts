import type { ConnectionHealth } from '@laurel/contract';

import type { Platform } from '../platform/platform.ts';
import { askBreaker } from './breaker.ts';
import type { Connection } from './connection-store.ts';
import { readHealth } from './health-store.ts';
import type { Health } from './health-store.ts';
import { ACCREDIBLE, freeAt, pacingOf } from './pacing.ts';
import { readWindows } from './window-store.ts';

/** How connections of one workspace are doing, by id, as people are shown it. */
export async function readConnectionHealth(
  { db, clock }: Platform,
  connections: readonly Connection[],
): Promise<ReadonlyMap<string, ConnectionHealth>> {
  const [first] = connections;
  if (first === undefined) return new Map();
  const ids = connections.map(({ id }) => id);
  const now = clock.now();
  const [health, windows] = await Promise.all([
    readHealth(db, first.workspaceId, ids, now),
    readWindows(db, first.workspaceId, ids),
  ]);
  return new Map(
    connections.map((connection) => {
      const window = windows.get(connection.id);
      const { pacing: chosen } = connection.settings.policy;
      // A window of a connection that says nothing about pacing was made by the preset.
      const pacing = pacingOf(connection, []) ?? (chosen === undefined ? ACCREDIBLE : undefined);
      const free =
        window === undefined || pacing === undefined ? undefined : freeAt(pacing, window, window.nowMs);
      return [
        connection.id,
        {
          ...shown(health.get(connection.id), now),
          ...(free !== undefined && { pacedUntil: new Date(free).toISOString() }),
        },
      ];
    }),
  );
}

function shown(health: Health | undefined, now: Date): ConnectionHealth {
  if (health === undefined) return { breaker: 'closed', calls: 0, failures: 0 };
  const { calls, failures, retryAt, lastSuccessAt, lastFailureAt, lastFailure } = health;
  const answer = askBreaker(health, now).kind;
  const probing = retryAt !== undefined && retryAt <= now;
  return {
    breaker: answer === 'closed' ? 'closed' : probing ? 'half-open' : 'open',
    ...(retryAt !== undefined && { retryAt: retryAt.toISOString() }),
    calls,
    failures,
    ...(lastSuccessAt !== undefined && { lastSuccessAt: lastSuccessAt.toISOString() }),
    ...(lastFailureAt !== undefined && { lastFailureAt: lastFailureAt.toISOString() }),
    ...(lastFailure !== undefined && { lastFailure }),
  };
}
