import { describe, expect, it } from 'vitest';

import { failedConditions, satisfies, whereSchema } from './where.ts';
import type { Where } from './where.ts';

const now = new Date('2026-11-24T12:00:00Z');
const event = {
  time: new Date('2026-11-20T08:00:00Z'),
  params: {
    level: 'B2',
    score: 81,
    passed: true,
    nothing: null,
    'a.b': 1,
    nested: { deep: { x: 'y' } },
    modules: ['reading', 2, false, ['speaking']],
    taken: '2026-11-23T23:30:00.123456-02:00',
    born: '1815-12-10',
    wrongDay: '2026-02-29',
    TIMESTAMP: 'not the special one',
  },
};

const at = (operator: 'date-before' | 'date-after', value: string, parameter = 'TIMESTAMP'): Where => ({
  parameter,
  operator,
  value,
});

const cases: [Where, boolean][] = [
  [{ parameter: 'level', operator: 'equal', value: 'B2' }, true],
  [{ parameter: 'score', operator: 'equal', value: '81' }, false],
  [{ parameter: 'score', operator: 'not-equal', value: '81' }, true],
  [{ parameter: 'passed', operator: 'equal', value: true }, true],
  [{ parameter: 'level', operator: 'contain', value: '2' }, true],
  [{ parameter: 'level', operator: 'not-contain', value: '2' }, false],
  [{ parameter: 'missing', operator: 'not-contain', value: '2' }, true],
  [{ parameter: 'level', operator: 'start-with', value: 'B' }, true],
  [{ parameter: 'level', operator: 'end-with', value: 'B' }, false],
  [{ parameter: 'level', operator: 'regex', value: '^[A-C][12]$' }, true],
  [{ parameter: 'level', operator: 'not-regex', value: '\\d' }, false],
  [{ parameter: 'score', operator: 'regex', value: '81' }, false],
  [{ parameter: 'score', operator: 'more', value: 81 }, false],
  [{ parameter: 'score', operator: 'more-or-equal', value: 81 }, true],
  [{ parameter: 'score', operator: 'less', value: 82 }, true],
  [{ parameter: 'level', operator: 'less-or-equal', value: 5 }, false],
  [{ parameter: 'score', operator: 'between', value: { from: 81, to: 81 } }, true],
  [{ parameter: 'score', operator: 'between', value: { from: 82, to: 90 } }, false],
  [{ parameter: 'level', operator: 'in', value: ['B1', 'B2'] }, true],
  [{ parameter: 'score', operator: 'not-in', value: ['81'] }, true],
  [{ parameter: 'nothing', operator: 'null' }, true],
  [{ parameter: 'missing', operator: 'null' }, true],
  [{ parameter: 'level', operator: 'not-null' }, true],
  [{ parameter: 'passed', operator: 'is-true' }, true],
  [{ parameter: 'passed', operator: 'is-false' }, false],
  [{ parameter: 'level', operator: 'is-true' }, false],
  [{ parameter: 'missing', operator: 'is-false' }, false],
  [{ parameter: 'a.b', operator: 'equal', value: 1 }, true],
  [{ parameter: 'nested.deep.x', operator: 'equal', value: 'y' }, true],
  [{ parameter: 'modules.0', operator: 'equal', value: 'reading' }, true],
  [{ parameter: 'modules.3.0', operator: 'equal', value: 'speaking' }, true],
  [{ parameter: 'modules.01', operator: 'not-null' }, false],
  [{ parameter: 'modules.length', operator: 'not-null' }, false],
  [{ parameter: 'constructor.name', operator: 'not-null' }, false],
  [{ parameter: '__proto__', operator: 'not-null' }, false],
  [{ parameter: 'modules', operator: 'array-contain', value: 2 }, true],
  [{ parameter: 'modules', operator: 'array-contain', value: '2' }, false],
  [{ parameter: 'modules', operator: 'array-contain', value: 'speaking' }, false],
  [{ parameter: 'level', operator: 'array-contain', value: 'B2' }, false],
  [{ parameter: 'level', operator: 'array-not-contain', value: 'B2' }, true],
  [{ parameter: 'modules', operator: 'array-contain-any', value: ['writing', 'reading'] }, true],
  [{ parameter: 'modules', operator: 'array-contain-all', value: ['reading', 2] }, true],
  [{ parameter: 'modules', operator: 'array-contain-all', value: ['reading', 3] }, false],
  [at('date-before', '2026-11-24T01:30:00.123Z', 'taken'), true],
  [at('date-before', '2026-11-24T01:30:00.122Z', 'taken'), false],
  [at('date-after', '2026-11-24T01:30:00.123Z', 'taken'), true],
  [at('date-after', '1815-12-10', 'born'), true],
  [at('date-after', '1815-12-10T00:00:00.001Z', 'born'), false],
  [at('date-after', '2000-01-01', 'wrongDay'), false],
  [at('date-after', '2000-01-01', 'score'), false],
  [{ parameter: 'taken', operator: 'date-between', value: { from: '2026-11-24', to: '2026-11-25' } }, true],
  [{ parameter: 'taken', operator: 'date-in-last', value: { amount: 11, unit: 'hours' } }, true],
  [{ parameter: 'taken', operator: 'date-in-last', value: { amount: 10, unit: 'hours' } }, false],
  [{ parameter: 'taken', operator: 'date-in-next', value: { amount: 1, unit: 'weeks' } }, false],
  [at('date-after', '2026-11-20T08:00:00Z'), true],
  [at('date-before', '2026-11-20T08:00:00Z'), true],
  [at('date-before', '2026-11-20T07:59:59.999Z'), false],
  [{ parameter: 'TIMESTAMP', operator: 'date-in-last', value: { amount: 5, unit: 'days' } }, true],
];

describe('a where condition', () => {
  it.each(cases)('%j is %s', (condition, expected) => {
    expect(whereSchema.parse(condition)).toEqual(condition);
    expect(satisfies(event, [condition], now)).toBe(expected);
  });

  it('is one of several that must all hold', () => {
    const level: Where = { parameter: 'level', operator: 'equal', value: 'B2' };
    const score: Where = { parameter: 'score', operator: 'more', value: 90 };
    expect(satisfies(event, [], now)).toBe(true);
    expect(satisfies(event, [level, score], now)).toBe(false);
  });

  it.each([
    { parameter: 'TIMESTAMP', operator: 'equal', value: '2026-11-20' },
    { parameter: 'x', operator: 'more', value: '1' },
    { parameter: 'x', operator: 'between', value: { from: 2, to: 1 } },
    { parameter: 'x', operator: 'date-before', value: '2026-02-29' },
    { parameter: 'x', operator: 'date-between', value: { from: '2026-02-02', to: '2026-02-01' } },
    { parameter: 'x', operator: 'date-in-last', value: { amount: 1, unit: 'months' } },
    { parameter: 'x', operator: 'regex', value: '(' },
    { parameter: 'x', operator: 'in', value: [] },
    { parameter: 'x', operator: 'null', value: 1 },
    { parameter: 'x', operator: 'equal', value: 'a\0b' },
    { parameter: 'x', operator: 'equal', value: '\ud800' },
    { parameter: 'x\0', operator: 'null' },
  ])('%j is refused', (condition) => {
    expect(whereSchema.safeParse(condition).success).toBe(false);
  });
});

describe('the conditions that keep an event out', () => {
  it('are those that it does not satisfy, with what it has there', () => {
    const conditions: Where[] = [
      { parameter: 'score', operator: 'more', value: 90 },
      { parameter: 'passed', operator: 'is-true' },
      { parameter: 'missing', operator: 'not-null' },
      at('date-after', '2026-11-21T00:00:00Z'),
    ];
    expect(failedConditions(event, conditions, now)).toEqual([
      { condition: conditions[0], value: 81 },
      { condition: conditions[2], value: undefined },
      { condition: conditions[3], value: '2026-11-20T08:00:00.000Z' },
    ]);
    expect(failedConditions(event, conditions.slice(1, 2), now)).toEqual([]);
  });
});
