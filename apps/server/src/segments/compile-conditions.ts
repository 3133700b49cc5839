import { isDateOperation, spanOfDates, spanOfPeriod, TIMESTAMP } from '@laurel/workflow';
import type { AttributeCondition, EventCondition, SegmentCondition, Span, Where } from '@laurel/workflow';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

import { allOf, operationSql, valueAt, withinSpan } from './operation-sql.ts';

/** The profiles that a statement is about. */
export type ProfileScope =
  | { readonly kind: 'everyone' }
  | { readonly kind: 'listed'; readonly ids: readonly string[] }
  /** Those whose ids are above `after` (all, where it is undefined) and not above `last`. */
  | { readonly kind: 'between'; readonly after: string | undefined; readonly last: string };

export interface CompileScope {
  readonly workspaceId: string;
  /** What "the last 30 days" end with. */
  readonly now: Date;
  readonly profiles: ProfileScope;
}

export interface CompiledConditions {
  /**
   * What a statement reads: the profiles as `p`, joined to how often each did what the conditions ask about. One pass over
   * the events counts for all conditions.
   */
  readonly source: RawBuilder<unknown>;
  /** For each condition, whether `p` satisfies it; never null. */
  readonly tests: readonly RawBuilder<boolean>[];
}

/** Compiles conditions to SQL. Everything that an author wrote is a parameter of the statement. */
export function compileConditions(
  conditions: readonly SegmentCondition[],
  scope: CompileScope,
): CompiledConditions {
  const counts = new EventCounts(scope);
  const tests = conditions.map((condition) => testOf(condition, counts, scope.now));
  const source = sql`profile p ${counts.join()}
    where ${ofScope(sql`p.workspace_id`, sql`p.id`, scope)}`;
  return { source, tests };
}

/**
 * A range of ids is one stretch of each index. With the thousand ids of a page listed, PostgreSQL 15 read every event of
 * 100,000 profiles: 205 ms instead of 28; PostgreSQL 18 took 11 ms instead of 4.
 */
function ofScope(
  workspace: RawBuilder<unknown>,
  profile: RawBuilder<unknown>,
  { workspaceId, profiles }: CompileScope,
): RawBuilder<boolean> {
  return allOf([
    sql<boolean>`${workspace} = ${workspaceId}::uuid`,
    profiles.kind === 'listed' && sql<boolean>`${profile} = any(${[...profiles.ids]}::uuid[])`,
    profiles.kind === 'between' &&
      profiles.after !== undefined &&
      sql<boolean>`${profile} > ${profiles.after}::uuid`,
    profiles.kind === 'between' && sql<boolean>`${profile} <= ${profiles.last}::uuid`,
  ]);
}

function testOf(condition: SegmentCondition, counts: EventCounts, now: Date): RawBuilder<boolean> {
  if ('all' in condition) return grouped(condition.all, ' and ', counts, now);
  if ('any' in condition) return grouped(condition.any, ' or ', counts, now);
  if ('attribute' in condition) return operationSql(attribute(condition), condition, now);
  if ('tag' in condition) {
    return condition.has
      ? sql`(${condition.tag}::text = any(p.tags))`
      : sql`(${condition.tag}::text <> all(p.tags))`;
  }
  const often = sql<boolean>`(coalesce(${counts.of(condition)}, 0) >= ${condition.atLeast}::bigint)`;
  return condition.did ? often : sql`(not ${often})`;
}

function grouped(
  conditions: readonly SegmentCondition[],
  word: ' and ' | ' or ',
  counts: EventCounts,
  now: Date,
): RawBuilder<boolean> {
  const tests = conditions.map((condition) => testOf(condition, counts, now));
  return sql`(${sql.join(tests, sql.raw(word))})`;
}

/** The identifiers of a profile are columns. */
function attribute({ attribute: name }: AttributeCondition): RawBuilder<unknown> {
  switch (name) {
    case 'email':
      return sql`to_jsonb(p.email)`;
    case 'customId':
      return sql`to_jsonb(p.custom_id)`;
    case 'uuid':
      return sql`to_jsonb(p.uuid)`;
    default:
      return valueAt(sql`p.attributes`, name);
  }
}

/** How often each profile did what conditions ask about: one column for each question, however often it is asked. */
class EventCounts {
  readonly #scope: CompileScope;
  readonly #columns = new Map<
    string,
    { readonly name: string; readonly condition: EventCondition; readonly span: Span }
  >();

  constructor(scope: CompileScope) {
    this.#scope = scope;
  }

  /** The column with the count; null where the profile did nothing of the kind. */
  of(condition: EventCondition): RawBuilder<unknown> {
    const { event, where, period } = condition;
    const key = JSON.stringify([event, where, period]);
    const name = this.#columns.get(key)?.name ?? `n${this.#columns.size}`;
    this.#columns.set(key, { name, condition, span: spanOfPeriod(period, this.#scope.now) });
    return sql.ref(`c.${name}`);
  }

  join(): RawBuilder<unknown> {
    const columns = [...this.#columns.values()];
    if (columns.length === 0) return sql``;
    const counted = columns.map(
      ({ name, condition, span }) =>
        sql`count(*) filter (where ${this.#counts(condition, span)}) as ${sql.id(name)}`,
    );
    return sql`left join (
      select e.profile_id, ${sql.join(counted)} from event e
      where ${this.#bounds(
        columns.map(({ condition }) => condition.event),
        columns.map(({ span }) => span),
      )}
      group by e.profile_id) c on c.profile_id = p.id`;
  }

  #counts({ event, where }: EventCondition, span: Span): RawBuilder<boolean> {
    return allOf([
      sql<boolean>`e.action = ${event}`,
      withinSpan(sql`e.time`, span),
      ...where.map((condition) => this.#where(condition)),
    ]);
  }

  #where(condition: Where): RawBuilder<boolean> {
    const { now } = this.#scope;
    if (condition.parameter === TIMESTAMP && isDateOperation(condition)) {
      return withinSpan(sql`e.time`, spanOfDates(condition, now));
    }
    return operationSql(valueAt(sql`e.params`, condition.parameter), condition, now);
  }

  /**
   * What keeps the statement to few rows: the profiles, the actions and, where every condition has one, the time. No event
   * happened after it was received, so a lower bound of the time is one of `received_at` too, by which partitions are left
   * out. An upper bound is none: an event may be received late.
   */
  #bounds(actions: readonly string[], spans: readonly Span[]): RawBuilder<boolean> {
    const around = spanAround(spans);
    return allOf([
      ofScope(sql`e.workspace_id`, sql`e.profile_id`, this.#scope),
      sql<boolean>`e.action = any(${[...new Set(actions)]}::text[])`,
      withinSpan(sql`e.time`, around),
      withinSpan(sql`e.received_at`, { from: around.from }),
    ]);
  }
}

/** The smallest span that holds all of them. */
function spanAround(spans: readonly Span[]): Span {
  const from = spans.map((span) => span.from?.getTime());
  const to = spans.map((span) => span.to?.getTime());
  return {
    from: from.every((time) => time !== undefined) ? new Date(Math.min(...from)) : undefined,
    to: to.every((time) => time !== undefined) ? new Date(Math.max(...to)) : undefined,
  };
}
