import type { Pacing } from '@laurel/contract';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

import type { Queryable } from '../platform/db/database.ts';
import { SLOTS, slotMs } from './pacing.ts';
import type { WindowState } from './pacing.ts';
import { movedOn, shiftOf, sumOf } from './sliding-counts.ts';

/** How many requests a process may have granted and not yet finished for each that it may have under way. */
const QUEUE_DEPTH = 4;

export interface ReserveInput {
  readonly workspaceId: string;
  readonly connectionId: string;
  readonly pacing: Pacing;
  /** Which process asks. */
  readonly holder: string;
  /** Permits that it would like to have. */
  readonly wanted: number;
  /** Its requests that were granted and have not ended, and those of them that are under way. */
  readonly busy: number;
  readonly sending: number;
  /** For how long its share of the concurrency is its own, without asking again. */
  readonly leaseMs: number;
}

export interface Reserved extends WindowState {
  readonly granted: number;
  /** How many requests the process may have under way; undefined where the concurrency has no limit. */
  readonly slots: number | undefined;
  /** The time of the database, by which all processes count. */
  readonly nowMs: number;
}

/** The clock of the database: those of the processes may differ. */
const DATABASE_CLOCK = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/**
 * Takes permits out of a connection's window, and a share of its concurrency, by one statement on one row: whoever comes
 * second waits for the first, and counts on from there. `nowMs` is for tests. Undefined where the connection is gone.
 *
 * The share of a process is at most an even part among those that want one, except that nobody is made to give up a
 * request under way.
 */
export async function reservePermits(
  db: Queryable,
  input: ReserveInput,
  nowMs: RawBuilder<number> = DATABASE_CLOCK,
): Promise<Reserved | undefined> {
  // A row that was made by the statement is still empty: the second time it is there.
  return (await reserve(db, input, nowMs)) ?? (await reserve(db, input, nowMs));
}

interface WindowRow {
  slot_ms: number;
  slot: number;
  used: number[];
  holders: Readonly<Record<string, { readonly slots?: number }>>;
  /** Null in a row just made. */
  granted: number | null;
  now_ms: number;
}

async function reserve(
  db: Queryable,
  input: ReserveInput,
  nowMs: RawBuilder<number>,
): Promise<Reserved | undefined> {
  const { workspaceId, connectionId, pacing, holder, wanted, busy, sending, leaseMs } = input;
  const { limit, concurrency } = pacing;
  const width = sql`${slotMs(pacing)}::bigint`;
  const used = sql`past.used`;
  const shift = sql`past.shift`;
  // Without a limit of the concurrency nobody holds a share of it.
  const slots =
    concurrency === undefined
      ? sql`null::integer`
      : sql`greatest(0, least(
          ${concurrency}::integer - past.slots_of_others,
          greatest(
            least(${wanted}::integer + ${busy}::integer, ceil(${concurrency}::numeric / (past.others + 1))::integer),
            ${sending}::integer)))`;
  const room =
    concurrency === undefined
      ? sql`null::integer`
      : sql`share.slots * ${sql.lit(QUEUE_DEPTH)} - ${busy}::integer`;
  const holders =
    concurrency === undefined
      ? sql`'{}'::jsonb`
      : sql`share.holders || jsonb_build_object(${holder}::text,
          jsonb_build_object('slots', share.slots, 'until', share.now_ms + ${leaseMs}::bigint))`;
  const { rows } = await sql<WindowRow>`
    insert into connection_window as w (workspace_id, connection_id, slot_ms, slot, used, holders)
    select c.workspace_id, c.id, ${width}, 0, '{}', '{}' from connection c
    where c.workspace_id = ${workspaceId} and c.id = ${connectionId}
    on conflict (workspace_id, connection_id) do update
    set (slot_ms, slot, used, holders, granted) = (
      select ${width}, done.slot, ${movedOn(sql`done.used`, sql`done.shift`, SLOTS, sql`done.granted`)},
        done.holders, done.granted
      from (
        select share.slot, share.used, share.shift, ${holders} as holders,
          greatest(0, least(${wanted}::integer, ${limit}::integer - share.taken, ${room})) as granted
        from (
          select past.*, ${slots} as slots, ${sumOf(used, shift, SLOTS)} as taken
          from (
            select now.*, ${shiftOf(sql`w.slot`, sql`now.number`, SLOTS)} as shift,
              case when w.slot_ms = ${width} then w.used else '{}'::integer[] end as used,
              case when now.number between w.slot - ${sql.lit(SLOTS - 1)} and w.slot then w.slot else now.number end as slot,
              live.*
            from (select t.ms as now_ms, floor(t.ms / ${width})::bigint as number from (select ${nowMs} as ms) t) now,
            lateral (
              select coalesce(jsonb_object_agg(h.key, h.value), '{}') as holders,
                count(*)::integer as others, coalesce(sum((h.value->>'slots')::integer), 0)::integer as slots_of_others
              from jsonb_each(w.holders) h
              where h.key <> ${holder} and (h.value->>'until')::bigint > now.now_ms) live) past) share) done)
    returning slot_ms, slot, used, holders, granted, ${nowMs} as now_ms`.execute(db);
  const [row] = rows;
  if (row === undefined || row.granted === null) return undefined;
  return {
    slotMs: row.slot_ms,
    slot: row.slot,
    used: row.used,
    granted: row.granted,
    slots: concurrency === undefined ? undefined : (row.holders[holder]?.slots ?? 0),
    nowMs: row.now_ms,
  };
}

/** Gives back a process's share of the concurrency. */
export async function releaseShare(
  db: Queryable,
  input: { readonly workspaceId: string; readonly connectionId: string; readonly holder: string },
): Promise<void> {
  await sql`
    update connection_window set holders = holders - ${input.holder}::text
    where workspace_id = ${input.workspaceId} and connection_id = ${input.connectionId}`.execute(db);
}

/** The windows of connections, by id, with the time of the database. Those that were never paced are left out. */
export async function readWindows(
  db: Queryable,
  workspaceId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, WindowState & { readonly nowMs: number }>> {
  const { rows } = await sql<{
    connection_id: string;
    slot_ms: number;
    slot: number;
    used: number[];
    now_ms: number;
  }>`
    select connection_id, slot_ms, slot, used, ${DATABASE_CLOCK} as now_ms from connection_window
    where workspace_id = ${workspaceId} and connection_id = any(${[...ids]}::uuid[])`.execute(db);
  return new Map(
    rows.map(({ connection_id: id, slot_ms, slot, used, now_ms }) => [
      id,
      { slotMs: slot_ms, slot, used, nowMs: now_ms },
    ]),
  );
}
