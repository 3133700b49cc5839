import { describe, expect, it } from 'vitest';

import { satisfies } from './where.ts';
import type { Where } from './where.ts';

const params = {
  level: 'B2',
  score: 81,
  passed: true,
  nothing: null,
  'a.b': 1,
  nested: { deep: { x: 'y' } },
};

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
  [{ parameter: 'score', operator: 'more', value: 81 }, false],
  [{ parameter: 'score', operator: 'more-or-equal', value: 81 }, true],
  [{ parameter: 'score', operator: 'less', value: 82 }, true],
  [{ parameter: 'level', operator: 'less-or-equal', value: 5 }, false],
  [{ parameter: 'level', operator: 'in', value: ['B1', 'B2'] }, true],
  [{ parameter: 'score', operator: 'not-in', value: ['81'] }, true],
  [{ parameter: 'nothing', operator: 'null' }, true],
  [{ parameter: 'missing', operator: 'null' }, true],
  [{ parameter: 'level', operator: 'not-null' }, true],
  [{ parameter: 'a.b', operator: 'equal', value: 1 }, true],
  [{ parameter: 'nested.deep.x', operator: 'equal', value: 'y' }, true],
  [{ parameter: 'constructor.name', operator: 'not-null' }, false],
  [{ parameter: '__proto__', operator: 'not-null' }, false],
];

describe('a where condition', () => {
  it.each(cases)('%j is %s', (condition, expected) => {
    expect(satisfies(params, [condition])).toBe(expected);
  });

  it('is one of several that must all hold', () => {
    const level: Where = { parameter: 'level', operator: 'equal', value: 'B2' };
    const score: Where = { parameter: 'score', operator: 'more', value: 90 };
    expect(satisfies(params, [])).toBe(true);
    expect(satisfies(params, [level, score])).toBe(false);
  });
});
