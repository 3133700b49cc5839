import { describe, expect, it } from 'vitest';

import { recordedAnswer } from './testing.ts';

const context = {
  n: null,
  t: true,
  f: false,
  i: 7,
  s: 'Hello',
  l: ['a', 'b'],
  el: [],
  d: { b: 1, a: 2 },
  nest: [
    [1, 2],
    [3, 4],
  ],
  objs: [
    { n: 'x', v: 1 },
    { n: 'y', v: 2 },
  ],
};

const loaded = new Map(
  Object.entries({
    mac: "{% macro f(x) %}<{{ x }}>{% endmacro %}{% set v = 'V' %}text",
    base: '[{% block a %}a{% endblock %}|{% block b %}b{% endblock %}]',
  }),
);

/** The second of each pair is what Jinjava 2.8.3 prints (LegacyOverrides.NONE, no nested interpretation). */
function cases(name: string, table: readonly (readonly [string, string])[]): void {
  describe(`the language as in Jinjava: ${name}`, () => {
    it.each(table)('%s', (template, expected) => {
      expect(recordedAnswer(template, context, loaded)).toBe(expected);
    });
  });
}

cases('tests', [
  [
    "{{ n is ge none }} {{ n is le none }} {{ n is gt none }} {{ n is ge 1 }} {{ 1 is ge n }} {{ '10' is lt 9 }} {{ 'a' is lt 'b' }}",
    'true true false false false false true',
  ],
  [
    "{{ 4 is divisibleby 2 }} {{ 4 is divisibleby(3) }} {{ 4.0 is divisibleby 2 }} {{ 'x' is divisibleby 2 }} {{ 4 is divisibleby none }}",
    'true false true false false',
  ],
  [
    "{{ l is containing 'a' }} {{ l is containingall ['a', 'b'] }} {{ l is containingall [] }} {{ 'abc' is containing 'b' }} {{ d is containing 'a' }} {{ n is containing 1 }}",
    'true true true true true false',
  ],
  [
    "{{ 'ABC' is upper }} {{ 'aB' is lower }} {{ '' is lower }} {{ 'a1' is lower }} {{ 1 is upper }} {{ 'é' is lower }}",
    'true false false false false true',
  ],
  [
    "{{ 1 is in [1, 2] }} {{ '1' is in [1] }} {{ 1 is within ['1'] }} {{ n is in [none] }} {{ 9 is not in [1] }}",
    'true true true true true',
  ],
  [
    "{{ l is iterable }} {{ d is iterable }} {{ s is iterable }} {{ l is sequence }} {{ d is mapping }} {{ n is mapping }} {{ 1.0 is float }} {{ 1 is integer }} {{ '1' is number }}",
    'true false false true true false true true false',
  ],
  [
    "{{ undefined_name is defined }} {{ n is defined }} {{ n is none }} {{ d.zz is undefined }} {{ '' is truthy }} {{ 'false' is truthy }} {{ [0] is truthy }}",
    'false false true true false false true',
  ],
  [
    "{{ 'abc' is string_containing 'b' }} {{ 'abc' is string_startingwith 'b' }} {{ n is string_containing 'b' }} {{ 'abc' is string_containing none }} {{ s is equalto 'Hello' }} {{ 1 is eq 1 }} {{ 1 is ne 1 }} {{ 1 is == '1' }}",
    'true false false false true true false true',
  ],
]);

cases('slices and indexes', [
  [
    '{{ s[1:3] }}|{{ s[:2] }}|{{ s[-3:] }}|{{ s[:-1] }}|{{ s[9:] }}|{{ s[2:1] }}|{{ s[0] }}|{{ s[-1] }}',
    'el|He|llo|Hell||||',
  ],
  [
    "{{ l[0] }}|{{ l[-1] }}|{{ l[9] }}|{{ l[1:] }}|{{ l[:1] }}|{{ l[-1:] }}|{{ l['0'] }}|{{ l['x'] }}|{{ l[none] }}",
    'a|b||[b]|[a]|[b]|a||',
  ],
  [
    "{{ nest[1][0] }}|{{ objs[1].n }}|{{ objs[-1]['v'] }}|{{ d['a'] }}|{{ d[s] }}|{{ n.a.b }}|{{ i.a }}|{{ s.a }}",
    '3|y|2|2||||',
  ],
]);

cases('loops', [
  [
    '{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }} {% endfor %}',
    '1021truefalse2 2110falsetrue2 ',
  ],
  ['{% for x in l %}{% for y in nest %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}', '121122'],
  [
    '{% for x in l %}{% set o = loop %}{% for y in [1, 2] %}{{ o.index }}.{{ loop.index }} {% endfor %}{% endfor %}',
    '1.1 1.2 2.1 2.2 ',
  ],
  [
    "{% for x in [1, 2, 3] %}{{ loop.cycle('a', 'b') }}{% cycle 'x','y' %}{% endfor %}|{% for x in [1, 1, 2] %}{% ifchanged x %}{{ x }}{% endifchanged %}{% endfor %}",
    'axbyax|12',
  ],
  [
    '{% for x in s %}{{ x }};{% endfor %}{% for x in i %}{{ x }};{% endfor %}{% for x in n %}{{ x }};{% endfor %}{% for x in d %}{{ x }};{% endfor %}{% for k, v in d.items() %}{{ k }}{{ v }}{% endfor %}',
    'Hello;7;1;2;b1a2',
  ],
  [
    "{% for a, b in nest %}{{ a }}-{{ b }};{% endfor %}{% for x in l if x == 'a' %}{{ x }}{% endfor %}{% for x in (1, 2) %}{{ x }}{% endfor %}",
    '1-2;3-4;12',
  ],
  [
    '{% for x in [1, 2, 3] %}{% if x == 2 %}{% continue %}{% endif %}{% for y in [1, 2] %}{% if y == 2 %}{% break %}{% endif %}{{ x }}{{ y }} {% endfor %}{% endfor %}',
    '11 31 ',
  ],
]);

cases('scopes', [
  ['{% set y = 0 %}{% for x in l %}{% set y = y + 1 %}{{ y }}{% endfor %}[{{ y }}][{{ x }}]', '12[0][]'],
  [
    '{% if t %}{% set y = 1 %}{% endif %}{% set q %}{% set z = 2 %}{{ z }}{% endset %}[{{ y }}{{ q }}{{ z }}]',
    '[12]',
  ],
  [
    "{% set c = namespace(v=0) %}{% for x in l %}{% set c.v = c.v + 1 %}{% endfor %}{{ c.v }} {{ namespace({'a': 1}, b=2) }}",
    '2 {a=1, b=2}',
  ],
  [
    '{% macro m() %}{{ z }}{% endmacro %}{% set z = 1 %}{{ m() }}{% set z = 2 %}{{ m() }}{% macro w() %}{% set z = 9 %}{{ z }}{% endmacro %}{{ w() }}{{ z }}',
    '1292',
  ],
  [
    "{% set x = 'a' %}{% for i in [1] %}{% set x = 'b' %}{{ x }}{% endfor %}{{ x }}{% do %}{% set x = 'c' %}hidden{% enddo %}{{ x }}",
    'bac',
  ],
]);

cases('macros', [
  [
    "{% macro m(a, b='B', c=none) %}[{{ a }}{{ b }}{{ c }}]{% endmacro %}{{ m(1) }}{{ m(1, 2, 3) }}{{ m(b=5) }}{{ m(1, c=4) }}{{ m() }}",
    '[1B][123][5][1B4][B]',
  ],
  ['{% macro m(a) %}{{ a }}|{{ varargs }}|{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, x=4) }}', '1|[2, 3]|{x=4}'],
  ['{% macro m(a) %}{{ a }}{{ caller() }}{% endmacro %}{% call m(1) %}body {{ i }}{% endcall %}', '1body 7'],
  [
    "{% macro a() %}A{{ b() }}{% endmacro %}{% macro b() %}B{% endmacro %}{{ a() }}{% set g = {'f': b} %}{{ m }}{{ b()|lower ~ '!' }}",
    'ABb!',
  ],
  [
    "{% macro m(a='x', b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m() }}{{ m('q') }}{% macro p(x) %}{{ m.name }}{% endmacro %}{{ p.name }}{{ p.arguments }}",
    'xq',
  ],
  ['{% macro m(x) %}{% if x > 0 %}{{ x }}{{ m(x - 1) }}{% endif %}{% endmacro %}{{ m(3) }}', '3'],
  [
    "{% import 'mac' as m %}{{ m.f(1) }}{{ m.v }}{% from 'mac' import f as g, v %}{{ g(2) }}{{ v }}",
    '<1>V<2>V',
  ],
  ["{% extends 'base' %}ignored{% block a %}A{{ super() }}{% endblock %}", '[Aa|b]'],
]);

cases('whitespace', [
  ['a\n  {%- if t -%}  x  {%- endif -%}  \n b', 'axb'],
  ['{% if t %}\nx\n{% endif %}\n', '\nx\n\n'],
  ['{% for x in l -%}\n  {{ x }}\n{%- endfor %}\n', 'ab\n'],
  ['a {#- c -#} b{# c #}c', 'a  bc'],
  ['x {{- i -}} y\r\nz', 'x 7 y\r\nz'],
  ['{% set a -%}  q  {%- endset %}[{{ a }}]', '[q]'],
]);

cases('printing', [
  [
    "{{ [1, 'a', none, true, 1.5, [2], {'k': 'v'}] }} {{ {'a': none, 'b': [1]} }} {{ (1, 'a') }}",
    '[1, a, null, true, 1.5, [2], {k=v}] {a=null, b=[1]} [1, a]',
  ],
  [
    '{{ 1.0 }} {{ 1/3 }} {{ 1e7 }} {{ 0.00001 }} {{ 100000000.0 }} {{ 12345678.9 }} {{ 9223372036854775807 + 1 }} {{ 2 ** 62 }} {{ 2 ** 0.5 }}',
    '1.0 0.3333333333333333 1.0E7 1.0E-5 1.0E8 1.23456789E7 -9223372036854775808 4611686018427387904 1.4142135623730951',
  ],
  [
    "{{ 5 // 2 }} {{ 0 - 7 // 2 }} {{ (0 - 7) % 3 }} {{ 7 / 2 }} {{ 1 / 0 }} {{ 'a' ~ n ~ t }} {{ 'a' + n + t }} {{ '5' * 3 }} {{ '5' + 3 }}",
    '2 -3 -1 3.5 Infinity atrue anulltrue 15 53',
  ],
  [
    "{{ 'it\\'s' }} {{ \"a\\\"b\" }} {{ 'a\\tb' }} {{ '}}' }} {{ '%}' }} {{ '{{' }} }} %}",
    'it\'s a"b a\tb }} %} {{ }} %}',
  ],
]);
