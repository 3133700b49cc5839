import { sql } from 'kysely';

import type { Database } from '../platform/db/database.ts';
import { MINUTES } from './breaker.ts';
import type { Breaker } from './breaker.ts';
import { movedOn, shiftOf, sumOf } from './sliding-counts.ts';

const MINUTE_MS = 60_000;

export interface ConnectionKey {
  readonly workspaceId: string;
  readonly connectionId: string;
}

/** What a process saw of a connection since it last wrote it down. */
export interface Observed {
  readonly calls: number;
  readonly failures: number;
  readonly lastSuccessAt: Date | undefined;
  readonly lastFailureAt: Date | undefined;
  readonly lastFailure: string | undefined;
}

export interface Health extends Breaker {
  /** Of the last five minutes. */
  readonly calls: number;
  readonly failures: number;
  readonly lastSuccessAt: Date | undefined;
  readonly lastFailureAt: Date | undefined;
  readonly lastFailure: string | undefined;
}

interface HealthRow {
  connection_id: string;
  calls: number;
  failures: number;
  openings: number;
  retry_at: Date | null;
  probe_until: Date | null;
  last_success_at: Date | null;
  last_failure_at: Date | null;
  last_failure: string | null;
}

function healthOf(row: HealthRow): Health {
  return {
    calls: row.calls,
    failures: row.failures,
    lastSuccessAt: row.last_success_at ?? undefined,
    lastFailureAt: row.last_failure_at ?? undefined,
    lastFailure: row.last_failure ?? undefined,
    ...breakerOf(row),
  };
}

/** The breaker of a row; of one that was never written, all is null. */
export function breakerOf(row: {
  readonly openings: number | null;
  readonly retry_at: Date | null;
  readonly probe_until: Date | null;
}): Breaker {
  return {
    openings: row.openings ?? 0,
    retryAt: row.retry_at ?? undefined,
    probeUntil: row.probe_until ?? undefined,
  };
}

const BREAKER = sql`openings, retry_at, probe_until`;

/**
 * Adds what was observed, and answers how the connection is doing now, over all processes. Undefined where the
 * connection is gone.
 */
export async function addObserved(
  db: Database,
  { workspaceId, connectionId }: ConnectionKey,
  now: Date,
  observed: Observed,
): Promise<Health | undefined> {
  const minute = sql`${Math.floor(now.getTime() / MINUTE_MS)}::bigint`;
  const shift = shiftOf(sql`h.minute`, minute, MINUTES);
  const calls = sql`${observed.calls}::integer`;
  const failures = sql`${observed.failures}::integer`;
  const { rows } = await sql<HealthRow>`
    with written as (
      insert into connection_health as h (workspace_id, connection_id, minute, calls, failures,
        last_success_at, last_failure_at, last_failure)
      select c.workspace_id, c.id, ${minute}, array[${calls}], array[${failures}],
        ${observed.lastSuccessAt ?? null}::timestamptz, ${observed.lastFailureAt ?? null}::timestamptz,
        ${observed.lastFailure ?? null}::text
      from connection c where c.workspace_id = ${workspaceId} and c.id = ${connectionId}
      on conflict (workspace_id, connection_id) do update set
        minute = case when ${shift} = 0 then h.minute else excluded.minute end,
        calls = ${movedOn(sql`h.calls`, shift, MINUTES, calls)},
        failures = ${movedOn(sql`h.failures`, shift, MINUTES, failures)},
        last_success_at = greatest(h.last_success_at, excluded.last_success_at),
        last_failure_at = greatest(h.last_failure_at, excluded.last_failure_at),
        last_failure = case
          when excluded.last_failure_at >= coalesce(h.last_failure_at, excluded.last_failure_at)
          then excluded.last_failure else h.last_failure end
      returning h.*)
    select connection_id, ${sumOf(sql`calls`, sql`0`, MINUTES)} as calls,
      ${sumOf(sql`failures`, sql`0`, MINUTES)} as failures, ${BREAKER}, last_success_at, last_failure_at, last_failure
    from written`.execute(db);
  return rows[0] && healthOf(rows[0]);
}

/** How connections are doing, by id; those that never sent are left out. */
export async function readHealth(
  db: Database,
  workspaceId: string,
  ids: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, Health>> {
  const shift = shiftOf(sql`minute`, sql`${Math.floor(now.getTime() / MINUTE_MS)}::bigint`, MINUTES);
  const { rows } = await sql<HealthRow>`
    select connection_id, ${sumOf(sql`calls`, shift, MINUTES)} as calls,
      ${sumOf(sql`failures`, shift, MINUTES)} as failures, ${BREAKER}, last_success_at, last_failure_at, last_failure
    from connection_health where workspace_id = ${workspaceId} and connection_id = any(${[...ids]}::uuid[])`.execute(
    db,
  );
  return new Map(rows.map((row) => [row.connection_id, healthOf(row)]));
}

/** A change of a breaker, made only where the breaker is still as the caller saw it: of several, one process makes it. */
export type BreakerChange =
  | { readonly kind: 'open'; readonly seen: number; readonly retryAt: Date }
  | { readonly kind: 'probe'; readonly now: Date; readonly until: Date }
  | { readonly kind: 'close' };

/** The breaker after the change; undefined where it was another's to make. */
export async function changeBreaker(
  db: Database,
  { workspaceId, connectionId }: ConnectionKey,
  change: BreakerChange,
): Promise<Breaker | undefined> {
  const update = db
    .updateTable('connection_health')
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', connectionId)
    .returning(['openings', 'retry_at', 'probe_until']);
  const row = await (() => {
    switch (change.kind) {
      case 'open':
        return update
          .set({ openings: change.seen + 1, retry_at: change.retryAt, probe_until: null })
          .where('openings', '=', change.seen);
      case 'probe':
        return update
          .set({ probe_until: change.until })
          .where('retry_at', '<=', change.now)
          .where((eb) => eb.or([eb('probe_until', 'is', null), eb('probe_until', '<=', change.now)]));
      case 'close':
        // What went before says nothing about a destination that is back.
        return update
          .set({ openings: 0, retry_at: null, probe_until: null, calls: [], failures: [] })
          .where('retry_at', 'is not', null);
    }
  })().executeTakeFirst();
  return row && breakerOf(row);
}
