import { createHash } from 'node:crypto';

import { sql } from 'kysely';
import type { ClientBase } from 'pg';

/**
 * How the statements of a connection are planned. `any`: as PostgreSQL sees fit, for reads of all kinds. `by-key`: rows
 * are found by index only, one key after the other. That is what batches of the pipeline need, whatever PostgreSQL takes
 * the tables for: on tables that grow faster than their statistics it chose to read them whole, 39 ms instead of 1.
 */
export type Planning = 'any' | 'by-key';

/**
 * Makes a connection one whose statements are planned by key. A statement and not `options` of the connection: those of a
 * DATABASE_URL would take their place.
 */
export const PLAN_BY_KEY = `select ${['seqscan', 'bitmapscan', 'hashjoin', 'mergejoin']
  .map((way) => `set_config('enable_${way}', 'off', false)`)
  .join(', ')}`;

/**
 * What inserts from arrays: its only plan reads the arrays, so that it can be kept, whatever becomes of the tables. Plans
 * with a choice cannot: made while tables are small, they stay when these have grown (a join went from 1.5 to 26 ms).
 */
const FROM_ARRAYS = /^\s*insert into\s[^;]*\bfrom unnest\(/i;
const ELSE_READS = /\b(?:join|exists)\b/i;
/** Begins a statement that finds all its rows by keys, each by an index that no other can be taken for. */
export const BY_KEY = sql.raw('/* by key */');
const MARKED = /^\s*\/\* by key \*\//;
/** Texts depend on the code, not on data; this only bounds what a mistake could cost. */
const MOST_TEXTS = 1_000;

/**
 * Whether the plan of a statement is kept. Parsing and planning the statements of the pipeline took as long as carrying
 * them out.
 */
function isKept(text: string, planning: Planning): boolean {
  if (planning === 'by-key' && MARKED.test(text)) return true;
  return FROM_ARRAYS.test(text) && !ELSE_READS.test(text);
}

/** Names of statements by their texts; undefined for what is planned each time. */
const names: Readonly<Record<Planning, Map<string, string | undefined>>> = {
  any: new Map(),
  'by-key': new Map(),
};

function planName(text: string, planning: Planning): string | undefined {
  const known = names[planning];
  if (known.has(text)) return known.get(text);
  const name = isKept(text, planning)
    ? `kept_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`
    : undefined;
  if (known.size < MOST_TEXTS) known.set(text, name);
  return name;
}

/** Lets a connection keep the plans of statements whose plan has no choice. */
export function keepPlans(client: ClientBase, planning: Planning): void {
  const send: unknown = client.query.bind(client);
  if (typeof send !== 'function') throw new Error('a connection has no query function');
  const query = (...args: readonly unknown[]): unknown => {
    const [text, values] = args;
    const name = typeof text === 'string' && Array.isArray(values) ? planName(text, planning) : undefined;
    return name === undefined
      ? Reflect.apply(send, undefined, [...args])
      : Reflect.apply(send, undefined, [{ name, text, values }, ...args.slice(2)]);
  };
  Reflect.set(client, 'query', query);
}
