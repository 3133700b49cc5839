import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

/**
 * Counts by slots of time, newest first, in an `integer[]`: SQL that moves them on and adds to the newest. `shift` is by
 * how many slots time has moved since the newest was written. Elements one by one, since CockroachDB has no array slices.
 */
export function movedOn(
  counts: RawBuilder<unknown>,
  shift: RawBuilder<unknown>,
  slots: number,
  added: RawBuilder<unknown>,
): RawBuilder<number[]> {
  return sql<number[]>`array(
    select coalesce((${counts})[i + 1 - ${shift}], 0) + case when i = 0 then ${added} else 0 end
    from generate_series(0, ${sql.lit(slots - 1)}) as i order by i)`;
}

/** SQL that sums what has not slid out. */
export function sumOf(
  counts: RawBuilder<unknown>,
  shift: RawBuilder<unknown>,
  slots: number,
): RawBuilder<number> {
  return sql<number>`(
    select coalesce(sum(coalesce((${counts})[i + 1 - ${shift}], 0)), 0)::integer
    from generate_series(0, ${sql.lit(slots - 1)}) as i)`;
}

/**
 * SQL of the shift from one slot to another. A clock that runs behind moves nothing; one that jumped back by more than
 * all slots (the database was moved to another machine) starts anew, rather than standing still until it has caught up.
 */
export function shiftOf(
  from: RawBuilder<unknown>,
  to: RawBuilder<unknown>,
  slots: number,
): RawBuilder<number> {
  return sql<number>`(case
    when ${to} - ${from} between ${sql.lit(1 - slots)} and 0 then 0
    when ${to} - ${from} between 1 and ${sql.lit(slots - 1)} then ${to} - ${from}
    else ${sql.lit(slots)} end)::integer`;
}
