import { parseSegment } from '@laurel/workflow';
import type { SegmentCondition } from '@laurel/workflow';
import { describe, expect, it } from 'vitest';

import { testDatabase } from '../testing/test-database.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { matchSegments } from './match-segments.ts';
import { conditionOf } from './testing/condition-of.ts';
import { evaluateSegment, testProfile } from './testing/evaluate-segment.ts';
import type { TestProfile } from './testing/evaluate-segment.ts';
import { INSTANTS, LISTS, NOW, NUMBERS, OBJECTS, PATTERNS, TEXTS } from './testing/sample-values.ts';
import { storeProfiles } from './testing/store-profiles.ts';

const SCALARS = [...TEXTS, ...INSTANTS, ...NUMBERS, true, false];
const AMOUNTS = [1, 2, 30].flatMap((amount) =>
  ['minute', 'hour', 'day', 'week'].map((unit) => ({ amount, unit })),
);

/** Each operator with each value that it can have here. */
const OPERATIONS: readonly object[] = [
  ...each(['equal', 'not-equal', 'array-contain', 'array-not-contain'], SCALARS),
  ...each(['contain', 'not-contain', 'start-with', 'end-with'], TEXTS),
  ...each(['regex', 'not-regex'], PATTERNS),
  ...each(['more', 'more-or-equal', 'less', 'less-or-equal'], NUMBERS),
  ...each(['between'], pairs(NUMBERS)),
  ...each(
    ['in', 'not-in', 'array-contain-any', 'array-contain-all'],
    [['London'], ['5', 5], [5, 'London'], [1], ['', 'é', 0.1], [2.5, 1, 1]],
  ),
  ...['null', 'not-null', 'is-true', 'is-false'].map((operator) => ({ operator })),
  ...each(['date-before', 'date-after'], INSTANTS),
  ...each(['date-between'], pairs(INSTANTS)),
  ...each(['date-in-last', 'date-in-next'], AMOUNTS),
];

function each(operators: readonly string[], values: readonly unknown[]): object[] {
  return operators.flatMap((operator) => values.map((value) => ({ operator, value })));
}

function pairs(values: readonly unknown[]): object[] {
  return values.flatMap((from) => values.map((to) => ({ from, to })));
}

/** Those that are conditions: some instants and patterns are none. */
function conditionsOn(attribute: string, operations: readonly object[]): SegmentCondition[] {
  return operations.flatMap((operation) => {
    const parsed = parseSegment({ attribute, ...operation });
    return parsed.kind === 'parsed' ? [parsed.condition] : [];
  });
}

/** Where the database and the plain meaning differ. */
async function differences(
  people: readonly TestProfile[],
  conditions: readonly SegmentCondition[],
): Promise<{ checked: number; matched: number; differing: unknown[] }> {
  await using database = await testDatabase();
  const workspaceId = await testWorkspace(database.db);
  await storeProfiles(database.db, workspaceId, people);
  const ids = people.map(({ id }) => id);
  const differing: unknown[] = [];
  let matched = 0;
  for (let start = 0; start < conditions.length; start += 100) {
    const asked = conditions.slice(start, start + 100);
    const answers = await matchSegments(database.db, workspaceId, NOW, asked, ids);
    for (const [index, condition] of asked.entries()) {
      for (const person of people) {
        const expected = evaluateSegment(condition, person, NOW);
        if (expected) matched++;
        if (answers[index]?.has(person.id) !== expected) {
          differing.push({ condition, attributes: person.attributes, expected });
        }
      }
    }
  }
  return { checked: conditions.length * people.length, matched, differing };
}

describe('an operation in SQL', () => {
  it('means what it means in JavaScript, for each operator and each value', async () => {
    const values = [...SCALARS, null, ...LISTS, ...OBJECTS];
    const people = [testProfile(), ...values.map((value) => testProfile({ attributes: { v: value } }))];
    const { checked, matched, differing } = await differences(people, conditionsOn('v', OPERATIONS));
    expect(differing).toEqual([]);
    expect(checked).toBeGreaterThan(80_000);
    expect(matched).toBeGreaterThan(checked / 10);
  });

  it('finds what a dotted name leads to', async () => {
    const parts = ['a', 'b', '0', '1', '-1', '01', ' 0', '+1', '', 'length', '99999999999'];
    const names = parts.flatMap((first) => [
      first,
      ...parts.flatMap((second) => [
        `${first}.${second}`,
        ...parts.map((third) => `${first}.${second}.${third}`),
      ]),
    ]);
    const people = [
      { a: 'x', 'a.b': null, 'a.b.0': 1 },
      { a: { b: 'x', '0': 'y', '': 'z', '-1': 1, length: 2 } },
      { a: { b: ['x', 'y', { a: 'z' }] } },
      { a: ['x', ['y', 'z'], { b: 1 }], b: 'x' },
      { '': { '': { '': 'x' } }, '0': ['x', 'y'], '-1': 'z' },
      { 'a.b': 'x', a: { b: 'y', 'b.0': 'z' } },
      JSON.parse('{"__proto__":{"a":"x"},"a":{"__proto__":"y"}}') as Record<string, unknown>,
    ].map((attributes) => testProfile({ attributes }));
    const operations = [...each(['equal'], ['x', 'y', 'z', 1, 2]), { operator: 'null' }];
    const conditions = [
      ...names,
      '__proto__',
      '__proto__.a',
      'a.__proto__',
      'constructor',
      'a.constructor',
    ].flatMap((name) => conditionsOn(name, operations));
    const { matched, differing } = await differences(people, conditions);
    expect(differing).toEqual([]);
    expect(matched).toBeGreaterThan(1_000);
  });

  it('takes the largest conditions there are, many at once', async () => {
    const largest = (condition: number) => ({
      all: Array.from({ length: 5 }, (_, event) => ({
        event: 'page.visit',
        did: false,
        where: Array.from({ length: 19 }, (_, index) => ({
          parameter: `a.b.c.d.e.f.g.h.i.p${index}`,
          operator: 'date-between',
          // Each condition asks for something else, so that none is counted for another.
          value: { from: `20${10 + condition}-01-0${1 + event}`, to: '2026-12-31T00:00:00.123Z' },
        })),
      })),
    });
    const conditions = Array.from({ length: 12 }, (_, index) => conditionOf(largest(index)));
    const { matched, differing } = await differences([testProfile()], conditions);
    expect({ matched, differing }).toEqual({ matched: 12, differing: [] });
  });

  it('fits no regular expression to a text of more than 1,000 code points', async () => {
    const people = ['a'.repeat(1_000), 'a'.repeat(1_001), '😀'.repeat(1_000), '😀'.repeat(1_001)].map((v) =>
      testProfile({ attributes: { v } }),
    );
    const { differing, matched } = await differences(
      people,
      conditionsOn('v', each(['regex', 'not-regex'], ['.'])),
    );
    expect(differing).toEqual([]);
    expect(matched).toBe(4);
  });
});
