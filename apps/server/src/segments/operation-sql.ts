import { INSTANT_PATTERN, LIST_PLACE, MAX_TEXT, readPattern, spanOfDates } from '@laurel/workflow';
import type { Operation, Span } from '@laurel/workflow';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

/**
 * What a name leads to in a jsonb object: the member of that very name, else by its dots through objects and lists.
 * `->` with a text knows objects only, `#>` also the places of lists; neither ever fails.
 */
export function valueAt(object: RawBuilder<unknown>, name: string): RawBuilder<unknown> {
  const own = sql`(${object} -> ${name}::text)`;
  if (!name.includes('.')) return own;
  const nested = name
    .split('.')
    .reduce(
      (value, part) =>
        LIST_PLACE.test(part) ? sql`(${value} #> array[${part}::text])` : sql`(${value} -> ${part}::text)`,
      object,
    );
  return sql`coalesce(${own}, ${nested})`;
}

/**
 * Whether a jsonb value (null where there is none) satisfies an operation: the same as `holds` of the workflow package.
 * The answer is never null, so that it can be negated. Everything that an author wrote is a parameter.
 */
export function operationSql(
  value: RawBuilder<unknown>,
  operation: Operation,
  now: Date,
): RawBuilder<boolean> {
  switch (operation.operator) {
    case 'equal':
      return known(sql`${value} = ${json(operation.value)}`);
    case 'not-equal':
      return not(known(sql`${value} = ${json(operation.value)}`));
    case 'contain':
      return ofText(value, (text) => sql`position(${operation.value}::text in ${text}) > 0`);
    case 'not-contain':
      return not(ofText(value, (text) => sql`position(${operation.value}::text in ${text}) > 0`));
    case 'start-with':
      return ofText(value, (text) => sql`starts_with(${text}, ${operation.value}::text)`);
    case 'end-with':
      return ofText(
        value,
        (text) => sql`right(${text}, char_length(${operation.value}::text)) = ${operation.value}::text`,
      );
    case 'regex':
      return ofText(value, (text) => fits(text, operation.value));
    case 'not-regex':
      return not(ofText(value, (text) => fits(text, operation.value)));
    case 'more':
      return ofType(value, 'number', sql`${value} > ${json(operation.value)}`);
    case 'more-or-equal':
      return ofType(value, 'number', sql`${value} >= ${json(operation.value)}`);
    case 'less':
      return ofType(value, 'number', sql`${value} < ${json(operation.value)}`);
    case 'less-or-equal':
      return ofType(value, 'number', sql`${value} <= ${json(operation.value)}`);
    case 'between':
      return ofType(
        value,
        'number',
        sql`${value} between ${json(operation.value.from)} and ${json(operation.value.to)}`,
      );
    case 'in':
      return known(sql`${value} = any(${jsons(operation.value)})`);
    case 'not-in':
      return not(known(sql`${value} = any(${jsons(operation.value)})`));
    case 'null':
      return isNull(value);
    case 'not-null':
      return not(isNull(value));
    case 'is-true':
      return known(sql`${value} = ${json(true)}`);
    case 'is-false':
      return known(sql`${value} = ${json(false)}`);
    case 'array-contain':
      return contains(value, [operation.value]);
    case 'array-not-contain':
      return not(contains(value, [operation.value]));
    case 'array-contain-any':
      return sql`exists (
        select 1 from jsonb_array_elements(case jsonb_typeof(${value}) when 'array' then ${value} end) as element
        where element = any(${jsons(operation.value)}))`;
    case 'array-contain-all':
      return contains(value, operation.value);
    case 'date-before':
    case 'date-after':
    case 'date-between':
    case 'date-in-last':
    case 'date-in-next':
      return isInstantWithin(sql`(${value} #>> '{}')`, value, spanOfDates(operation, now));
  }
}

/** Whether an instant lies in a span. */
export function withinSpan(instant: RawBuilder<unknown>, { from, to }: Span): RawBuilder<boolean> {
  return allOf([
    from !== undefined && sql<boolean>`${instant} >= ${from.toISOString()}::timestamptz`,
    to !== undefined && sql<boolean>`${instant} <= ${to.toISOString()}::timestamptz`,
  ]);
}

/** Those that are there, joined; true where there is none. */
export function allOf(conditions: readonly (RawBuilder<boolean> | false)[]): RawBuilder<boolean> {
  const present = conditions.filter((condition) => condition !== false);
  return present.length === 0 ? sql`true` : sql`(${sql.join(present, sql` and `)})`;
}

/**
 * Only what the pattern takes is cast, so that no cast fails: it has no year 0 and no 30 February. PostgreSQL would round
 * what is finer than a millisecond; JavaScript cuts it off.
 */
function isInstantWithin(
  text: RawBuilder<unknown>,
  value: RawBuilder<unknown>,
  span: Span,
): RawBuilder<boolean> {
  const cut = sql`regexp_replace(${text}, '([.][0-9]{3})[0-9]+', '\\1')`;
  const instant = sql`(case when substr(${text}, 11) ~ '[Z+-]' then ${cut}::timestamptz
    else ${cut}::timestamp at time zone 'UTC' end)`;
  return sql`(case when jsonb_typeof(${value}) = 'string' and ${text} ~ ${sql.lit(INSTANT_PATTERN)}
    and left(${text}, 4) <> '0000' then ${withinSpan(instant, span)} else false end)`;
}

function fits(text: RawBuilder<unknown>, source: string): RawBuilder<boolean> {
  const pattern = readPattern(source);
  if (pattern.kind === 'invalid')
    throw new Error(`the pattern ${source} was not checked: ${pattern.message}`);
  return sql`(char_length(${text}) <= ${sql.lit(MAX_TEXT)} and ${text} ~ ${pattern.postgres}::text)`;
}

/** Only a list contains a list. */
function contains(value: RawBuilder<unknown>, elements: readonly unknown[]): RawBuilder<boolean> {
  return known(sql`${value} @> ${json(elements)}`);
}

function ofType(
  value: RawBuilder<unknown>,
  type: 'string' | 'number',
  test: RawBuilder<unknown>,
): RawBuilder<boolean> {
  return known(sql`jsonb_typeof(${value}) = ${sql.lit(type)} and ${test}`);
}

function ofText(
  value: RawBuilder<unknown>,
  test: (text: RawBuilder<unknown>) => RawBuilder<unknown>,
): RawBuilder<boolean> {
  return ofType(value, 'string', test(sql`(${value} #>> '{}')`));
}

function isNull(value: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql`(coalesce(jsonb_typeof(${value}), 'null') = 'null')`;
}

function known(test: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql`coalesce(${test}, false)`;
}

function not(test: RawBuilder<boolean>): RawBuilder<boolean> {
  return sql`(not ${test})`;
}

function json(value: unknown): RawBuilder<unknown> {
  return sql`${JSON.stringify(value)}::jsonb`;
}

function jsons(values: readonly unknown[]): RawBuilder<unknown> {
  return sql`${values.map((value) => JSON.stringify(value))}::jsonb[]`;
}
