import { describe, expect, it } from 'vitest';

import { recordedAnswer } from '../testing.ts';

const context = {
  n: null,
  s: 'Hello wörld',
  num: '42',
  l: ['b', 'a', 'C', 'a'],
  ns: ['3', '1'],
  objs: [
    { n: 'x', v: 3, k: true, o: { p: 1 } },
    { n: 'y', v: 1, k: false, o: { p: 0 } },
    { n: 'z', v: 2, o: null },
  ],
  d: { b: 1, a: 2 },
  el: [],
  html: "<P CLASS=intro data-x='a\"b'>One <b>two</b> &amp; three<br/></P><!-- c --><p>four",
};

/** The second of each pair is what Jinjava 2.8.3 prints (LegacyOverrides.NONE, no nested interpretation). */
function cases(name: string, table: readonly (readonly [string, string])[]): void {
  describe(`filters as in Jinjava: ${name}`, () => {
    it.each(table)('%s', (template, expected) => {
      expect(recordedAnswer(template, context)).toBe(expected);
    });
  });
}

cases('arguments that are null, missing or of a wrong kind', [
  [
    "[{{ n|default('x') }}][{{ ''|default('x') }}][{{ ''|default('x', true) }}][{{ 0|default('x', 'true') }}][{{ n|default(none) }}]",
    '[x][][x][x][]',
  ],
  [
    "[{{ s|truncate(5) }}][{{ s|truncate('5', true) }}][{{ s|truncate(0) }}][{{ s|truncate(-1) }}]",
    '[H...][Hello...][H...][...]',
  ],
  [
    "[{{ s|center(none) }}][{{ s|center('20') }}][{{ s|center(-3) }}]",
    '[                                  Hello wörld                                   ][    Hello wörld     ][Hello wörld]',
  ],
  [
    "{{ s|split(none) }}|{{ s|split('.') }}|{{ s|split('l', 0) }}|{{ s|split('l', -1) }}|{{ ' a  b '|split }}",
    '[Hello, wörld]|[Hello wörld]|[He, o wör, d]|[He, o wör, d]|[a, b]',
  ],
  [
    "{{ l|join(none) }}|{{ l|join(1) }}|{{ objs|join(', ', 'n') }}|{{ 'abc'|join('-') }}|{{ n|join }}",
    'bnullanullCnulla|b1a1C1a|x, y, z|abc|',
  ],
  [
    "{{ l|batch(0) }}|{{ l|batch(-1) }}|{{ l|batch(3, 'x') }}|{{ l|batch(3) }}|{{ el|batch(2) }}|{{ l|batch('2') }}",
    '[]|[[b, a, C, a]]|[[b, a, C], [a, x, x]]|[[b, a, C], [a, null, null]]|[]|[[b, a], [C, a]]',
  ],
  ["{{ l|slice(3) }}|{{ l|slice(3, 'x') }}|{{ el|slice(2) }}", '[[b, a, C], [a]]|[[b, a, C], [a, x, x]]|[]'],
  [
    "{{ l|sort }}|{{ l|sort(true) }}|{{ l|sort(false, true) }}|{{ objs|sort(false, false, 'v')|map('n')|join }}|{{ ['x']|sort(false, false, 'v') }}|{{ n|sort }}",
    '[a, a, b, C]|[C, b, a, a]|[C, a, a, b]|yzx|[x]|',
  ],
  [
    "{{ objs|sum(attribute='v') }}|{{ objs|sum(10, attribute='v') }}|{{ ns|sum }}|{{ ['x', 2]|sum }}|{{ el|sum }}|{{ 5|sum }}",
    '6|16|4|2|0|5',
  ],
  [
    "{{ objs|selectattr('k')|map('n')|join }}|{{ objs|rejectattr('k')|map('n')|join }}|{{ objs|selectattr('o.p')|map('n')|join }}|{{ objs|selectattr('v', 'gt', 1)|map('n')|join }}",
    'x|yz|x|xz',
  ],
  [
    "{{ l|unique }}|{{ objs|unique('k')|map('n')|join }}|{{ l|select('equalto', 'a') }}|{{ l|reject('in', ['a']) }}|{{ l|map('upper') }}|{{ objs|map(attribute='o.p') }}",
    '[b, a, C]|xyz|[a, a]|[b, C]|[B, A, C, A]|[null, null, null]',
  ],
  [
    "{{ d|dictsort }}|{{ d|dictsort(false, 'value') }}|{{ d|xmlattr }}|{{ d|urlencode }}|{{ d|tojson }}|{{ n|dictsort }}",
    '[a=2, b=1]|[b=1, a=2]| b="1"\na="2"|b=1&a=2|{"b":1,"a":2}|',
  ],
  [
    '{{ n|upper }}|{{ n|length }}|{{ n|first }}|{{ n|int }}|{{ n|string }}|{{ n|trim }}|{{ n|tojson }}|{{ n|bool }}|{{ n|title }}|{{ n|abs }}|{{ n|round }}',
    '|0||0|null|null|null|false|||',
  ],
  [
    "{{ s|replace('', 'x') }}|{{ s|replace('l', 'L', 0) }}|{{ s|replace('l', 'L', -1) }}|{{ 171|replace(1, 2) }}|{{ s|replace('l', none) }}",
    'Hello wörld|Hello wörld|HeLLo wörLd|272|Hello wörld',
  ],
]);

cases('numbers', [
  [
    "{{ 2.5|round }} {{ (0 - 2.5)|round }} {{ 1.005|round(2) }} {{ 1234.5678|round(-2) }} {{ 1.21|round(1, 'ceil') }} {{ 1.29|round(1, 'floor') }} {{ 1|round(2) }} {{ '1.5'|round }}",
    '3 -3 1.01 1.2E+3 1.3 1.2 1.00 2',
  ],
  [
    "{{ '12.7'|int }} {{ '1,234.5'|int }} {{ 'x'|int }} {{ 'x'|int(9) }} {{ true|int }} {{ '1e3'|int }} {{ '$5'|int }} {{ 2.9|int }}",
    '12 1234 0 9 0 0 0 2',
  ],
  [
    "{{ '3.7'|float }} {{ '1,234.5'|float }} {{ 'x'|float }} {{ 'x'|float(9) }} {{ 5|float }} {{ '12abc'|float }}",
    '3.7 1234.5 0.0 9.0 5.0 0.0',
  ],
  [
    "{{ 1|filesizeformat }} {{ 999|filesizeformat }} {{ 1000|filesizeformat }} {{ 1048576|filesizeformat(true) }} {{ 1000000000000|filesizeformat }} {{ '1500'|filesizeformat }} {{ 'x'|filesizeformat }}",
    '1 Byte 999 Bytes 1.0 KB 1.0 MiB 1.0 TB 1.5 KB 0 Bytes',
  ],
  [
    "{{ 1234.5678|format_number }}|{{ 1234.5678|format_number('pl') }}|{{ 1234.5678|format_number('de', 2) }}|{{ 1234567|format_number('fr') }}|{{ '1,234 items'|format_number }}|{{ '1.234,5'|format_number }}|{{ 'x'|format_number }}",
    '1,234.5678|1 234,5678|1.234,57|1 234 567|1,234|1.234|x',
  ],
  [
    "{{ 9|divide(10) }} {{ 9.0|divide(10) }} {{ 7|divide(2) }} {{ '7'|divide('2') }} {{ 3|multiply(2) }} {{ 3|multiply('1.5') }} {{ 3|add('2') }} {{ 1.5|add(2) }} {{ 10|divisible(5) }} {{ 'x'|divisible(5) }}",
    '1 1 4 4 6 4.5 5 3.5 true false',
  ],
  ['{{ 100|log(10) }} {{ 8|log(2) }} {{ 9|root }} {{ 27|root(3) }} {{ 81|root(4) }}', '2.0 3.0 3.0 3.0 3.0'],
  [
    "{{ '%.2f|%5d|%-5s|%05d|%x|%,d|%+d|%e'|format(2.5, 42, 'ab', 7, 255, 1234567, 3, 12345.678) }} {{ '%2$s %1$s'|format('a', 'b') }} {{ '%.2s|%S|%b|%.2f'|format('abc', 'x', n, n) }}",
    '2.50|   42|ab   |00007|ff|1,234,567|+3|1.234568e+04 b a ab|X|false|nu',
  ],
]);

cases('HTML', [
  [
    "{{ html|striptags }}|{{ 'a <b'|striptags }}|{{ '&lt;b&gt;x'|striptags }}|{{ 'a < b'|striptags }}",
    'One two &amp; three four|a|x|a &lt; b',
  ],
  [
    "{{ '<P CLASS=intro>One <b>two</b> &amp; three<br/></P>'|truncatehtml(6) }}|{{ '<p>Hi <b>there</b> <i>you</i></p>'|truncatehtml(8, '') }}",
    '<p class="intro">One <b>...</b></p>|<p>Hi <b>there</b></p>',
  ],
  [
    "{{ '<P CLASS=intro data-x=\"a\">a &amp; b</P>'|truncatehtml(99) }}|{{ 'a & b'|truncatehtml(99) }}|{{ '<!-- c -->x<p'|truncatehtml(99) }}",
    '<p class="intro" data-x="a">a &amp; b</p>|a &amp; b|<!-- c -->x',
  ],
  [
    "{{ 'http://x.org/a?b=1 and'|urlize }}|{{ 'http://example.org'|urlize(10, true, '_blank') }}",
    '<a href="http://x.org/a?b=1">http://x.org/a?b=1</a> and|<a href="http://example.org" rel="nofollow" target="_blank">http://...</a>',
  ],
  [
    "{{ '<a href=\"x\">&</a>'|escape }}|{{ '<'|escape|escape }}|{{ 'é<'|forceescape }}|{{ '&lt;&eacute;&#39;&#x41;'|unescape_html }}",
    "&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;|&amp;lt;|&eacute;&lt;|<é'A",
  ],
  [
    "{{ {'class': 'a b', 'id': none, 'q': '<\"'}|xmlattr }}|{{ {'a': 1}|xmlattr(false) }}",
    ' class="a b"\nid=""\nq="&lt;&quot;"|a="1"',
  ],
]);

cases('texts', [
  [
    "{{ 'hELLO wORLD-x o\\'neil'|title }}|{{ 'hELLO'|capitalize }}|{{ 'İß'|lower }}|{{ 'ß'|upper }}",
    "Hello World-x O'neil|Hello|i̇ß|SS",
  ],
  [
    "{{ 'a\\nb\\n\\nc'|indent(2) }}|{{ 'a\\nb'|indent(2, true) }}|{{ 'one two three'|wordwrap(7) }}|{{ 'abcdefgh'|wordwrap(3) }}|{{ 'abcdefgh x'|wordwrap(3, false) }}",
    'a\n  b\n  \n  c|  a\n  b|one two\nthree|abc\ndef\ngh|abcdefgh\nx',
  ],
  [
    "{{ 'a-b_c d.e'|wordcount }}|{{ s|list|length }}|{{ s|reverse }}|{{ s|cut('l') }}|{{ 'a b'|urlencode }}|{{ 'a+b%20c'|urldecode }}",
    '4|11|dlröw olleH|Heo wörd|a+b|a b c',
  ],
  [
    "{{ 'a\"b/é'|escapejson }}|{{ 'a\"b/é'|escapejs }}|{{ {'a': 'é\"/'}|tojson }}",
    'a\\"b\\/\\u00E9|a\\"b/\\u00E9|{"a":"é\\"/"}',
  ],
  [
    "{{ 'x1y22'|regex_replace('[0-9]+', '#') }}|{{ 'ab'|regex_replace('(a)(b)', '$2$1') }}|{{ 'aXbX'|regex_replace('x', '-') }}",
    'x#y#|ba|aXbX',
  ],
  [
    '{{ \'[1, 2.0, "x", null, {"a": true}]\'|fromjson }}|{{ (\'{"a": {"b": [1]}}\'|fromjson).a.b[0] }}|{{ \'{"a":1} x\'|fromjson }}',
    '[1, 2.0, x, null, {a=true}]|1|{a=1}',
  ],
  [
    "{{ ['a']|escapejson|reverse }}|{{ 'a b'|urlencode|upper|truncate(2) }}|{{ {'a': 1}|tojson|length }}|{{ ({'a': 1}|tojson|fromjson).a }}",
    ']a[|A...|7|1',
  ],
]);
