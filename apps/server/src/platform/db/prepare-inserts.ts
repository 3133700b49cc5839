import { createHash } from 'node:crypto';

import type { ClientBase } from 'pg';

/**
 * What inserts from arrays: its only plan reads the arrays, so that it can be kept, whatever becomes of the tables. Plans
 * with a choice cannot: made while tables are small, they stay when these have grown (a join went from 1.5 to 26 ms).
 */
const FROM_ARRAYS = /^\s*insert into\s[^;]*\bfrom unnest\(/i;
const ELSE_READS = /\b(?:join|exists)\b/i;
/** Texts depend on the code, not on data; this only bounds what a mistake could cost. */
const MOST_TEXTS = 1_000;

const names = new Map<string, string | undefined>();

/**
 * The name under which a connection keeps the statement's plan; undefined where it is planned each time. The writes of
 * the pipeline are of this kind: parsing and planning them took as long as carrying them out.
 */
function planName(text: string): string | undefined {
  if (names.has(text)) return names.get(text);
  const kept = FROM_ARRAYS.test(text) && !ELSE_READS.test(text);
  const name = kept ? `kept_${createHash('sha256').update(text).digest('hex').slice(0, 24)}` : undefined;
  if (names.size < MOST_TEXTS) names.set(text, name);
  return name;
}

/** Lets a connection keep the plans of statements that insert from arrays. */
export function prepareInserts(client: ClientBase): void {
  const send: unknown = client.query.bind(client);
  if (typeof send !== 'function') throw new Error('a connection has no query function');
  const query = (...args: readonly unknown[]): unknown => {
    const [text, values] = args;
    const name = typeof text === 'string' && Array.isArray(values) ? planName(text) : undefined;
    return name === undefined
      ? Reflect.apply(send, undefined, [...args])
      : Reflect.apply(send, undefined, [{ name, text, values }, ...args.slice(2)]);
  };
  Reflect.set(client, 'query', query);
}
