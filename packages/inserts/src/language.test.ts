import { describe, expect, it } from 'vitest';

import { passOf, textOf } from './testing.ts';

const context = {
  x: 5,
  y: null,
  w: true,
  z: 'Z',
  name: 'Ada',
  empty: '',
  m: { a: 1, b: 'x' },
  l: ['p', 'q'],
  n: [3, 1, 2],
  rows: [
    { a: 2, t: 'two' },
    { a: 1, t: 'one' },
  ],
};

function cases(name: string, table: readonly (readonly [string, string])[]): void {
  describe(`of ${name}`, () => {
    it.each(table)('%s', (template, expected) => {
      expect(textOf(template, context)).toBe(expected);
    });
  });
}

cases('printing', [
  ['{{ true }}{{ false }}{{ none }}{{ y }}', 'truefalse'],
  ['{{ 1.0 }} {{ 1.10 }} {{ 10000000.0 }} {{ 0.0001 }} {{ 1e3 }}', '1.0 1.1 1.0E7 1.0E-4 1000.0'],
  ["{{ [1, 'a', true, null, 1.0] }}", '[1, a, true, null, 1.0]'],
  ["{{ {'a': 1, b: null, 3: [1]} }}", '{a=1, b=null, 3=[1]}'],
  ['{{ (1, 2) }}{{ () }}', '[1, 2][]'],
  ['{{ 9223372036854775807 }} {{ 9223372036854775807 + 1 }}', '9223372036854775807 -9223372036854775808'],
  ['{{ 9007199254740993 * 3 }}', '27021597764222979'],
  ["{{ 'a\\tb\\\\' }}", 'a\tb\\'],
]);

cases('cycle', [
  ["{% for i in [1, 2, 3] %}{% cycle 'a','b' %}{% endfor %}", 'aba'],
  ['{% for i in [1, 2] %}{% cycle {{ i }} %}{% endfor %}', '{{ i }}{{ i }}'],
  ["{% for i in [1, 2] %}{% cycle {{ i }},'b' %}{% endfor %}", '{{ i }}b'],
  ['{% for i in [1, 2] %}{% cycle l %}{% endfor %}', 'pq'],
  ['{% for i in [1, 2] %}{% cycle x,unknown,m.a %}{% endfor %}', '5unknown'],
  ["{% cycle 'a','b' as c %}{% for i in [1, 2] %}{% cycle c %}{% endfor %}", 'ab'],
  ["{% cycle 'a' %}{% cycle unknown %}", 'aunknown'],
]);

cases('operators', [
  ['{{ 7 / 2 }} {{ 4 / 2 }} {{ 1 / 0 }} {{ -1 / 0 }}', '3.5 2.0 Infinity -Infinity'],
  ['{{ 7 // 2 }} {{ -7 // 2 }} {{ 7.0 // 2 }}', '3 -4 3.0'],
  ['{{ 7 % 3 }} {{ 7.5 % 2 }}', '1 1.5'],
  ['{{ 2 ** 10 }} {{ 2 ** -1 }} {{ 2.0 ** 2 }}', '1024 0 4.0'],
  ["{{ '5' * 3 }} {{ '5' - 3 }} {{ '5' + 3 }} {{ '1.5' * 2 }}", '15 2 53 3.0'],
  ["{{ null + 1 }} {{ 'a' + null }} {{ null ~ 'a' ~ 1.0 }}", '1 anull a1.0'],
  ['{{ [1] + [2] }} {{ [1] + 2 }}', '[1, 2] [1, 2]'],
  ['{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 2 * 3 ** 2 }}', '7 9 36'],
  ['{{ 1 + 2|string }} {{ -5|abs }} {{ (-5)|abs }}', '12 -5 5'],
  [
    "{{ 1 == '1' }} {{ '1' == 1.0 }} {{ true == 'x' }} {{ null == '' }} {{ [1] == [1] }}",
    'true true true false true',
  ],
  [
    "{{ 'b' > 'a' }} {{ 10 > '9' }} {{ '10' > '9' }} {{ null < 1 }} {{ 1 lt 2 }} {{ 2 ge 2 }}",
    'true true false false true true',
  ],
  [
    "{{ 'a' in 'cat' }} {{ '2' in [1, 2] }} {{ 'a' in m }} {{ 9 not in [1] }} {{ null in [null] }}",
    'true true true true true',
  ],
  [
    "{{ 'a' and 'b' }} {{ '' or 'c' }} {{ not '' }} {{ !x }} {{ w && !y }} {{ y || z }}",
    'true c true false true Z',
  ],
  ["{{ 'FALSE' ? 1 : 2 }} {{ [] ? 1 : 2 }} {{ x > 3 ? 'big' : 'small' }}", '2 2 big'],
  ["{{ 'a' if x }}{{ 'b' if y }} {{ 'c' if y else 'd' }}", 'a d'],
  ["{{ empty l }} {{ empty '' }}", 'false true'],
  ['{{ 5 div 2 }} {{ 5 mod 2 }} {{ 1 eq 1 }} {{ 1 ne 1 }}', '2.5 1 true false'],
]);

cases('lookup', [
  ['[{{ missing }}{{ missing.a.b }}{{ m.zz }}{{ x.foo }}{{ missing.call() }}]', '[]'],
  ["{{ m.a }}{{ m['b'] }}{{ m.get('zz', 9) }}", '1x9'],
  ['{{ l[0] }}{{ l[-1] }}{{ l[5] }}', 'pq'],
  ['{{ n[1:] }}{{ n[:2] }}{{ n[-2:] }}{{ n[5:9] }}{{ name[1:2] }}{{ name[-2:] }}', '[1, 2][3, 1][1, 2][]dda'],
  ["{{ rows[0].t }}{{ rows[1]['t'] }}", 'twoone'],
]);

cases('statements', [
  [
    "{{ range('3') }}{{ range(' 3 ') }}{{ range('x') }}{{ range(0, 3, 'x') }}{{ range('1.5')|length }}",
    '[0, 1, 2][][][0, 1, 2]1000',
  ],
  ['{{ range(5, 0, -2) }}{{ range(-9999999999, 2) }}{{ range(3, none) }}', '[5, 3, 1][0, 1][]'],
  ['{% if y %}a{% elif x %}b{% else %}c{% endif %}{% unless y %}d{% else %}e{% endunless %}', 'bd'],
  [
    '{% for v in m %}{{ v }},{% endfor %}{% for k, v in m.items() %}{{ k }}={{ v }},{% endfor %}',
    '1,x,a=1,b=x,',
  ],
  [
    "{% for c in 'abc' %}{{ c }}{% endfor %}{% for q in y %}x{% endfor %}{% for q in 9 %}{{ q }}{% endfor %}",
    'abc9',
  ],
  [
    '{% for i in n %}{{ loop.index }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }};{% endfor %}',
    '12truefalse;21falsefalse;30falsetrue;',
  ],
  ['{% for i in n %}{% for j in l %}{{ loop.depth }}{% endfor %}{{ loop.length }}{% endfor %}', '223223223'],
  ["{% for i in n %}{{ loop.cycle('a', 'b') }}{% cycle 'x', 'y', 'z' %}{% endfor %}", 'axbyaz'],
  [
    '{% for i in n %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% endfor %}{% for i in n %}{% break %}{% endfor %}',
    '32',
  ],
  [
    '{% for a, b in [[1, 2], [3, 4]] %}{{ a + b }} {% endfor %}{% for a, t in rows %}{{ t }}{% endfor %}',
    '3 7 twoone',
  ],
  ['{% for i in [1, 1, 2] %}{% ifchanged i %}{{ i }}{% endifchanged %}{% endfor %}', '12'],
  ['{% set a = 1 %}{% set b, c = 2, 3 %}{{ a }}{{ b }}{{ c }}', '123'],
  ['{% set a %}x{{ x }}{% endset %}{{ a }}{% set a | upper %}b{% endset %}{{ a }}', 'x5B'],
  ['{% set a = 1 %}{% for i in n %}{% set a = a + i %}{% endfor %}{{ a }}', '1'],
  [
    '{% set ns = namespace(a=1) %}{% for i in n %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}{{ ns }}',
    '7{a=7}',
  ],
  ['{% set d = {"a": 1} %}{% set d.b = 2 %}{{ d }}', '{a=1}'],
  ['{% set q = [] %}{% do q.append(1) %}{% do %}{% do q.append(2) %}text{% enddo %}{{ q }}', '[1, 2]'],
  ['{% raw %}{{ x }}{% if %}{% endraw %}{# {{ x }} #}', '{{ x }}{% if %}'],
  ["{% print x + 1 %}{% autoescape true %}{{ '<' }}{{ '<'|safe }}{% endautoescape %}", '6&lt;<'],
  ['{% set v = "o" %}{% if true %}{% set v = "i" %}{% endif %}{{ v }}', 'i'],
]);

cases('macros', [
  [
    '{% macro m(a) %}{% macro m(a) %}in{% endmacro %}[{{ m(1) }}]{{ a }}{% endmacro %}{{ m(2) }}{{ m(3) }}',
    '[]2[]3',
  ],
  [
    "{% macro m(a, b='d') %}{{ a }}{{ b }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1) }}{{ m(1, b=2) }}{{ m(1, 2, 3, c=4) }}",
    '1d[]{}12[]{}12[3]{c=4}',
  ],
  ['{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}hi{{ x }}{% endcall %}', '<hi5>'],
  ['{% macro m() %}{{ g }}{% endmacro %}{% set g = 1 %}{{ m() }}{% set g = 2 %}{{ m() }}', '12'],
  ['{% macro m() %}{% set g = 2 %}{% endmacro %}{% set g = 1 %}{{ m() }}{{ g }}', '1'],
  ['{% macro m(n) %}{{ n }}{{ m(n) }}{% endmacro %}{{ m(1) }}', '1'],
  ['{% macro o.m() %}in o{% endmacro %}{{ o.m() }}', 'in o'],
  ['{% macro m() %}a{% endmacro %}{{ m()|upper }}{{ m() ~ "b" }}{{ m() == "a" }}', 'Aabtrue'],
]);

cases('whitespace', [
  ['a {%+ if w %} b {% endif %}', 'a  b '],
  ['a\n{%- if x -%}\n b \n{%- endif -%}\nc', 'abc'],
  ['a {{- x -}} b', 'a 5 b'],
  ['a {# c #} {%- if x %}b{% endif %}', 'ab'],
  ['{% if x %}\nb\n{% endif %}\n', '\nb\n\n'],
]);

cases('spelled out', [
  [
    "{% for k, v in [fn:map_entry('a', 1), fn:map_entry('b', fn:list(1, 2))] %}{{ k }}={{ v }};{% endfor %}",
    'a=1;b=[1, 2];',
  ],
  ["{{ fn:immutable_list('a', 1) }}{{ w ? z : range(1) }}{{ {fn: range(1)} }}", '[a, 1]Z{fn=[0]}'],
  ['{{ filter:upper.filter("a", ____int3rpr3t3r____) }}', 'A'],
  [
    '{{ exptest:even.evaluate(2, ____int3rpr3t3r____) }}{{ exptest:even.evaluateNegated(2, ____int3rpr3t3r____) }}',
    'truefalse',
  ],
]);

describe('errors', () => {
  it.each([
    ['{{ true + 1 }}', 'type', 1, 4],
    ["a\n  {{ 'a' * 3 }}", 'type', 2, 6],
    ['{{ 0 == false }}', 'type', 1, 4],
    ['{{ 1 // 0 }}', 'division-by-zero', 1, 4],
    ["{{ 'a' // 1 }}", 'type', 1, 4],
    ["{{ x|foo|upper if false else 'x'.nope() }}".replace('x|foo|upper', 'x|upper'), 'unknown-method', 1, 26],
    ['{% break %}', 'not-in-loop', 1, 1],
    ["{{ 1|datetimeformat('%q') }}", 'date-format', 1, 6],
    ["{{ 1|datetimeformat('%Y', 'Mars/Olympus') }}", 'time-zone', 1, 6],
    ["{{ 'a'|regex_replace('(?=a)', 'b') }}", 'regex', 1, 8],
  ])('%s is %s at %i:%i', (template, code, line, column) => {
    expect(passOf(template, context)).toMatchObject({ kind: 'failed', error: { code, line, column } });
  });
});
