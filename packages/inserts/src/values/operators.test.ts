import { describe, expect, it } from 'vitest';

import { textOf } from '../testing.ts';

/** Each rule with expressions and what they print; an error is its code. Recorded from JUEL, which Jinjava stands on. */
const rules: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    '% has the sign of its left side, for whole numbers and fractions',
    [
      ['(-7) % 3', '-1'],
      ['7 % (-3)', '1'],
      ['(-7.5) % 2', '-1.5'],
      ['7.5 % (-2)', '1.5'],
      ["'-7' % 3", '-1'],
      ["'7.5' % '2'", '1.5'],
    ],
  ],
  [
    '// rounds down and takes numbers only',
    [
      ['(-7) // 3', '-3'],
      ['7 // (-3)', '-3'],
      ['(-7.0) // 3', '-3.0'],
      ["'7' // 3", 'failed: type'],
      ['nil // 3', 'failed: type'],
    ],
  ],
  [
    '/ is floating-point, whatever the sides are',
    [
      ['4 / 2', '2.0'],
      ['(-7) / 3', '-2.3333333333333335'],
      ['5 / 0', 'Infinity'],
      ['0 / 0', 'NaN'],
      ['nil / 3', '0.0'],
      ['3 / nil', 'Infinity'],
      ['nil / nil', '0'],
      ["'' / 3", '0.0'],
    ],
  ],
  [
    'a whole number divided by 0 is an error where the result must be whole',
    [
      ['5 % 0', 'failed: division-by-zero'],
      ['5 // 0', 'failed: division-by-zero'],
      ['5.0 % 0', 'NaN'],
      ['5.0 // 0', 'Infinity'],
      ['nil % nil', '0'],
      ['nil % 3', '0'],
    ],
  ],
  [
    'whole numbers have 64 bits and wrap',
    [
      ['9223372036854775807 + 1', '-9223372036854775808'],
      ['(-9223372036854775807) - 2', '9223372036854775807'],
      ['9223372036854775807 * 2', '-2'],
      ['-(-9223372036854775807 - 1)', '-9223372036854775808'],
      ['(-9223372036854775807 - 1) % (-1)', '0'],
      ['(-9223372036854775807 - 1) // (-1)', '-9223372036854775808'],
    ],
  ],
  [
    '** of whole numbers is whole, cut towards 0 and kept within 64 bits',
    [
      ['2 ** 10', '1024'],
      ['2 ** (-1)', '0'],
      ['(-2) ** 3', '-8'],
      ['10 ** 40', '9223372036854775807'],
      ['(-10) ** 41', '-9223372036854775808'],
      ['2 ** 0.5', '1.4142135623730951'],
      ['2.0 ** 3', '8.0'],
      ["'2' ** 3", 'failed: type'],
    ],
  ],
  [
    'a text is a number for - * / and %, and a text for +',
    [
      ["'5' * 3", '15'],
      ["'5' * '3'", '15'],
      ["'1.5' * 2", '3.0'],
      ["'5' - 3", '2'],
      ["'5' + 3", '53'],
      ["5 + '3'", '53'],
      ["'' * 3", '0'],
      ["'a' * 3", 'failed: type'],
      ["'a' + nil", 'anull'],
      ['true * 2', 'failed: type'],
      ['true + 1', 'failed: type'],
    ],
  ],
  [
    'null is 0 beside a number',
    [
      ['nil + 1', '1'],
      ['nil - 1', '-1'],
      ['nil * 5', '0'],
      ['nil + nil', '0'],
      ['-nil', '0'],
    ],
  ],
  [
    'comparison is by number if either side is one, else by text',
    [
      ["'10' < 9", 'false'],
      ["'10' < '9'", 'true'],
      ["'a' < 'b'", 'true'],
      ['1 < 1.5', 'true'],
      ["'a' < 1", 'failed: type'],
      ['true < false', 'false'],
      ['false < true', 'true'],
    ],
  ],
  [
    'nothing is less or greater than null, and null equals null alone',
    [
      ['nil < 1', 'false'],
      ['nil > 1', 'false'],
      ['nil >= 1', 'false'],
      ['nil <= nil', 'true'],
      ['nil == nil', 'true'],
      ['nil == 0', 'false'],
      ["nil == ''", 'false'],
    ],
  ],
  [
    '== converts to the kind of the other side, numbers first',
    [
      ["1 == '1'", 'true'],
      ["'1' == 1.0", 'true'],
      ['1 == 1.0', 'true'],
      ["true == 'true'", 'true'],
      ["0 == ''", 'true'],
      ["'abc' == 'ABC'", 'false'],
      ['0 == false', 'failed: type'],
      ["1 == 'x'", 'failed: type'],
    ],
  ],
  [
    'null, false, 0, the empty text, list and dict, and the text false are false',
    [
      ["[nil, false, 0, 0.0, '', 'false', 'FALSE', [], {}]|select('truthy')|length", '0'],
      ["[true, 1, (-1), 0.1, 'a', ' ', '0', 'no', [0], {'a': 0}]|reject('truthy')|length", '0'],
      ["'false' or 'x'", 'x'],
      ["'x' and 'y'", 'true'],
      ["0 or ''", ''],
    ],
  ],
];

describe.each(rules)('%s', (_, table) => {
  it.each(table)('%s is %s', (expression, expected) => {
    expect(textOf(`{{ (${expression}) }}`, { nil: null })).toBe(expected);
  });
});
