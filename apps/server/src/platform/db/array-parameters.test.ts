import fc from 'fast-check';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { expect, it } from 'vitest';

import { testDatabase } from '../../testing/test-database.ts';
import { bigints, booleans, doubles, instants, integers, jsons, texts, uuids } from './array-parameters.ts';

/** What PostgreSQL stores; a NUL is refused by it in either format. */
const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0') && value.isWellFormed());
const json = fc
  .jsonValue()
  .map((value) => JSON.stringify(value))
  .filter((value) => !value.includes('\\u0000') && value.isWellFormed());
const instant = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});

interface Kind<T> {
  readonly type: string;
  readonly value: fc.Arbitrary<T>;
  readonly encode: (values: readonly (T | null)[]) => Buffer;
  /** An element as the driver has always sent it. */
  readonly asText: (value: T) => string;
}

const kind = <T>(it: Kind<T>): [string, Kind<unknown>] => [
  it.type,
  {
    ...it,
    // The values come from the arbitrary of the same kind.
    encode: (values) => it.encode(values as (T | null)[]),
    asText: (value) => it.asText(value as T),
  },
];

it.each([
  kind({ type: 'uuid', value: fc.uuid(), encode: uuids, asText: String }),
  kind({ type: 'uuid', value: fc.uuid().map((id) => id.toUpperCase()), encode: uuids, asText: String }),
  kind({ type: 'text', value: text, encode: texts, asText: String }),
  kind({ type: 'jsonb', value: json, encode: jsons, asText: String }),
  kind({ type: 'integer', value: fc.integer(), encode: integers, asText: String }),
  kind({ type: 'bigint', value: fc.maxSafeInteger(), encode: bigints, asText: String }),
  kind({
    type: 'double precision',
    value: fc.double({ noNaN: true, noDefaultInfinity: true }),
    encode: doubles,
    asText: (value) => (Object.is(value, -0) ? '-0' : String(value)),
  }),
  kind({ type: 'boolean', value: fc.boolean(), encode: booleans, asText: String }),
  kind({ type: 'timestamptz', value: instant, encode: instants, asText: (value) => value.toISOString() }),
])('sends %s[] as the text format would', async (type, { value, encode, asText }) => {
  await using database = await testDatabase();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(value), { maxLength: 20 }), async (values) => {
      const same = await sql<{ same: boolean }>`
        select ${encode(values)}::${raw(type)}[] = ${values.map((it) => (it === null ? null : asText(it)))}::${raw(type)}[]
          as same`.execute(database.db);
      expect(same.rows).toEqual([{ same: true }]);
    }),
    { numRuns: 60 },
  );
});

function raw(type: string): RawBuilder<unknown> {
  return sql.raw(type);
}

it('refuses what is no uuid and what is no date', () => {
  expect(() => uuids(['0b6f3a1e-6f0a-4c56-9a55-0d3c1c1b7f1g'])).toThrow(RangeError);
  expect(() => uuids(['0b6f3a1e-6f0a-4c56-9a55-0d3c1c1b7f111'])).toThrow(RangeError);
  expect(() => uuids([''])).toThrow(RangeError);
  expect(() => instants([new Date(Number.NaN)])).toThrow(RangeError);
});
