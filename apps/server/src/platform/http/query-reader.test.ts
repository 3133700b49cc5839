import { expect, it } from 'vitest';

import { QueryReader } from './query-reader.ts';

it('reads whole numbers within their bounds, and texts that can be stored', () => {
  const read = new QueryReader({ page: '2', limit: '1000000000', empty: '', name: 'a b', zero: '0' });
  expect(read.wholeNumber('page', { min: 1, absent: 7 })).toBe(2);
  expect(read.wholeNumber('limit', { min: 1, absent: 7 })).toBe(1_000_000_000);
  expect(read.wholeNumber('zero', { min: 0, absent: 7 })).toBe(0);
  expect(read.wholeNumber('empty', { min: 1, absent: 7 })).toBe(7);
  expect(read.wholeNumber('none', { min: 1, absent: 7 })).toBe(7);
  expect([read.text('name'), read.text('empty'), read.text('none')]).toEqual(['a b', undefined, undefined]);
  expect(read.problems).toEqual([]);
});

it.each([
  '-1',
  '0',
  '1e300',
  '1e3',
  'NaN',
  'Infinity',
  '0x10',
  ' 1',
  '1.5',
  '1000000001',
  '9'.repeat(400),
  '١',
])('refuses %j as a whole number from 1', (page) => {
  const read = new QueryReader({ page });
  expect(read.wholeNumber('page', { min: 1, absent: 7 })).toBe(7);
  expect(read.problems).toEqual([
    { field: 'page', message: 'must be a whole number from 1 to 1000000000', rejectedValue: page },
  ]);
});

it('refuses what is given twice and what cannot be stored', () => {
  const read = new QueryReader({ twice: ['1', '2'], nul: 'a\0', half: '\uD800' });
  expect(read.wholeNumber('twice', { min: 1, absent: 7 })).toBe(7);
  expect([read.text('nul'), read.text('half')]).toEqual([undefined, undefined]);
  expect(read.problems.map(({ field, message }) => `${field} ${message}`)).toEqual([
    'twice is given more than once',
    'nul holds a NUL character',
    'half holds half of a surrogate pair',
  ]);
});
