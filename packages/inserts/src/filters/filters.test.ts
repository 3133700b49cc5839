import { describe, expect, it } from 'vitest';

import { textOf } from '../testing.ts';
import { standardFilters } from './index.ts';

const context = {
  t: 1_695_989_087_498,
  s: 'the quick brown fox',
  html: '<p>One <b>two</b> &amp; three</p><p>four</p>',
  l: [3, 1, 2, 3],
  rows: [{ a: 2, b: { c: 'y' } }, { a: 1, b: { c: 'x' } }, { a: 2 }],
  d: { b: 1, a: 2 },
};

function cases(name: string, table: readonly (readonly [string, string])[]): void {
  describe(`of ${name}`, () => {
    it.each(table)('%s', (template, expected) => {
      expect(textOf(template, context)).toBe(expected);
    });
  });
}

cases('texts', [
  [
    "{{ 'ÉCOLE x'|lower }} {{ 'é'|upper }} {{ 'hELLO wORLD'|capitalize }} {{ 'hELLO (wORLD)'|title }}",
    'école x É Hello world Hello (World)',
  ],
  ["[{{ '  a '|trim }}] {{ null|trim }} {{ null|string }} [{{ null|upper }}]", '[a] null null []'],
  ["{{ 'aaa'|replace('a', 'b') }} {{ 'aaa'|replace('a', 'b', 2) }} {{ 'aXbX'|cut('X') }}", 'bbb bba ab'],
  [
    "[{{ 'ab'|center(6) }}] [{{ 'abc'|center(6) }}] {{ 'a\nb'|indent(2) }} {{ 'a'|indent(2, true) }}",
    '[  ab  ] [ abc  ] a\n  b   a',
  ],
  [
    "{{ s|truncate(10) }} {{ s|truncate(10, true) }} {{ s|truncate(10, true, '!') }} {{ s|truncate(100) }}",
    'the quick ... the quick ... the quick ! the quick brown fox',
  ],
  ["{{ s|wordcount }} {{ s|wordwrap(10) }} {{ 'abcdef'|wordwrap(4) }}", '4 the quick\nbrown fox abcd\nef'],
  [
    "{{ 'a, b,,c'|split(',') }} {{ ' a  b '|split }} {{ 'a-b-c'|split('-', 2) }}",
    '[a, b, c] [a, b] [a, b-c]',
  ],
  ["{{ 'abc'|reverse }} {{ 'abc'|length }} {{ 'abc'|list }} {{ 'abc'|first }}", 'cba 3 [a, b, c] abc'],
  [
    "{{ 'Hello %s, %d, %05.1f%%'|format('Ada', 3, 2.25) }} {{ '%x %,d %-4s|'|format(255, 1234567, 'a') }}",
    'Hello Ada, 3, 002.3% ff 1,234,567 a   |',
  ],
  [
    "{{ 'a1b22'|regex_replace('[0-9]+', '#') }} {{ 'John Smith'|regex_replace('(\\\\w+) (\\\\w+)', '$2 $1') }}",
    'a#b# Smith John',
  ],
]);

cases('encoding', [
  ["{{ 'a'|md5 }}", '0cc175b9c0f1b6a831c399e269772661'],
  ["{{ ''|md5 }}", 'd41d8cd98f00b204e9800998ecf8427e'],
  ["{{ 'abc'|hash }}", 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ["{{ 'abc'|hash('SHA-1') }}", 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  [
    "{{ 'abc'|hash('SHA-512') }}",
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  ],
  [
    "{{ 'abc'|hash('SHA-384') }}",
    'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
  ],
  [
    "{{ 'ü€😀'|b64encode }} {{ 'w7zigqzwn5iA'|b64decode }} {{ 'a'|base64Encode|base64Decode }}",
    'w7zigqzwn5iA ü€😀 a',
  ],
  ["{{ 'a b&ü'|urlencode }} {{ 'a+b%26%C3%BC'|urldecode }} {{ d|urlencode }}", 'a+b%26%C3%BC a b&ü b=1&a=2'],
]);

cases('HTML and JSON', [
  [
    "{{ html|striptags }} {{ '<a>'|escape }} {{ '&lt;&eacute;&#65;'|unescape_html }}",
    'One two &amp; three four &lt;a&gt; <éA',
  ],
  [
    "{{ 'see https://example.org/a.'|urlize }}",
    'see <a href="https://example.org/a">https://example.org/a</a>.',
  ],
  ["{{ {'class': 'a b', 'id': '\"x\"'}|xmlattr }}", ' class="a b"\nid="&quot;x&quot;"'],
  [
    "{{ 'a\"b\n'|escapejs }} {{ 'a\"b/'|escapejson }} {{ '{{ a }}'|escape_jinjava }}",
    'a\\"b\\n a\\"b\\/ &lbrace;&lbrace; a &rbrace;&rbrace;',
  ],
  ['{{ d|tojson }} {{ [1, 1.0, null, true, "x"]|tojson }}', '{"b":1,"a":2} [1,1.0,null,true,"x"]'],
  [`{{ '{"a": [1, 2.0, 12345678901234567890]}'|fromjson }}`, '{a=[1, 2.0, 12345678901234567890]}'],
]);

cases('numbers', [
  [
    "{{ '5'|int }} {{ '5.9'|int }} {{ 'x'|int(7) }} {{ 5.9|int }} {{ '1,234'|int }} {{ null|int }}",
    '5 5 7 5 1234 0',
  ],
  ["{{ '5'|float }} {{ 'x'|float(1.5) }} {{ 3|float }}", '5.0 1.5 3.0'],
  [
    "{{ 2.5|round }} {{ 3.14159|round(2) }} {{ 3|round(2) }} {{ 2.1|round(0, 'ceil') }} {{ -2.5|abs }}",
    '3 3.14 3.00 3 -2.5',
  ],
  [
    "{{ 5|add(2) }} {{ '1.5'|add('2') }} {{ 5|multiply(1.5) }} {{ 7|divide(2) }} {{ 7.00|divide(2) }}",
    '7 3.5 7.5 4 4',
  ],
  [
    '{{ 10|divisible(5) }} {{ 100|log(10) }} {{ 16|root }} {{ 27|root(3) }} {{ 8|log(2) }}',
    'true 2.0 4.0 3.0 3.0',
  ],
  [
    "{{ 'yes'|bool }} {{ '1'|bool }} {{ 'x'|bool }} {{ 999|filesizeformat }} {{ 1500000|filesizeformat }} {{ 1048576|filesizeformat(true) }}",
    'true true false 999 Bytes 1.5 MB 1.0 MiB',
  ],
  [
    "{{ 1234567.891|format_number }} {{ 1234567.891|format_number('de-DE', 1) }}",
    '1,234,567.891 1.234.567,9',
  ],
]);

cases('lists', [
  [
    '{{ l|sort }} {{ l|sort(true) }} {{ l|unique }} {{ l|reverse }} {{ l|first }}{{ l|last }} {{ l|sum }}',
    '[1, 2, 3, 3] [3, 3, 2, 1] [3, 1, 2] [3, 2, 1, 3] 33 9',
  ],
  [
    "{{ rows|sort(false, false, 'a')|map(attribute='a')|join(',') }} {{ rows|map('attr', 'a') }} {{ rows|sum(attribute='a') }}",
    '1,2,2 [2, 1, 2] 5',
  ],
  [
    "{{ rows|selectattr('a', 'equalto', 2)|length }} {{ rows|rejectattr('b')|length }} {{ rows|selectattr('b.c', 'equalto', 'x')|length }}",
    '2 1 1',
  ],
  ["{{ l|select('odd') }} {{ l|reject('>', 2) }} {{ ['a', 'b']|map('upper') }}", '[3, 1, 3] [1, 2] [A, B]'],
  [
    "{% for g in rows|groupby('a') %}{{ g.grouper }}:{{ g.list|length }};{% endfor %}{% for grouper, list in rows|groupby('a') %}{{ grouper }}{% endfor %}",
    '2:2;1:1;21',
  ],
  [
    "{{ l|batch(3, 'x') }} {{ l|slice(3) }} {{ l|join('-') }} {{ rows|join('-', 'a') }}",
    '[[3, 1, 2], [3, x, x]] [[3, 1, 2], [3]] 3-1-2-3 2-1-2',
  ],
  [
    '{{ l|union([9]) }} {{ l|intersect([1, 3]) }} {{ l|difference([1]) }} {{ l|symmetric_difference([1, 7]) }}',
    '[3, 1, 2, 9] [3, 1] [3, 2] [3, 2, 7]',
  ],
  [
    "{{ d|dictsort }} {{ d|dictsort(false, 'value') }} {{ d|length }} {{ d|list }}",
    '[a=2, b=1] [b=1, a=2] 2 [{b=1, a=2}]',
  ],
  [
    "{{ null|default('x') }} {{ ''|default('x') }} {{ ''|default('x', true) }} {{ missing|d(5) }} {{ null|default([1]) }}",
    'x  x 5 [1]',
  ],
]);

cases('dates', [
  [
    "{{ t|datetimeformat }} {{ t|datetimeformat('%Y-%m-%d %H:%M:%S') }}",
    '12:04 / 29-09-2023 2023-09-29 12:04:47',
  ],
  [
    "{{ t|datetimeformat('%A %B %-d %y %j %I %p %f', 'America/New_York') }}",
    'Friday September 29 23 272 08 AM 498000',
  ],
  [
    "{{ t|datetimeformat('%d %B %Y', 'UTC', 'pl') }} {{ t|datetimeformat('%z %Z', 'Europe/Warsaw') }}",
    '29 września 2023 +0200 CEST',
  ],
  [
    "{{ t|format_date }} | {{ t|format_date('short') }} | {{ t|format_date('yyyy-MM-dd') }}",
    'Sep 29, 2023 | 9/29/23 | 2023-09-29',
  ],
  [
    "{{ t|format_time('short', 'Asia/Tokyo') }} | {{ t|format_datetime('medium') }}",
    '9:04 PM | Sep 29, 2023, 12:04:47 PM',
  ],
  [
    "{{ '2024-02-29'|strtodate('yyyy-MM-dd') }} {{ '2013-11-12T14:15:16.170+0200'|strtotime(\"yyyy-MM-dd'T'HH:mm:ss.SSSZ\")|unixtimestamp }}",
    '2024-02-29 00:00:00 1384258516170',
  ],
  ["{{ '29/02/24 10:30 +01:00'|strtotime('%d/%m/%y %H:%M %z') }}", '2024-02-29 10:30:00'],
  [
    "{{ t|plus_time(1, 'months') }} {{ ('2024-01-31'|strtodate('yyyy-MM-dd'))|plus_time(1, 'months') }}",
    '2023-10-29 12:04:47 2024-02-29 00:00:00',
  ],
  ["{{ t|minus_time(1, 'weeks')|between_times(t, 'days') }} {{ t|between_times(0, 'years') }}", '7 -53'],
  [
    "{{ (t|timestamp_to_time('Europe/Warsaw')).hour }} {{ '2023-09-29T12:04:47Z'|iso8601_to_time|unixtimestamp }}",
    '14 1695989087000',
  ],
  [
    "{% set x = t|timestamp_to_time %}{{ x.year }} {{ x.strftime('%Y') }} {{ x.plusDays(3).day }} {{ x.isoformat() }} {{ type(x) }}",
    '2023 2023 2 2023-09-29 datetime',
  ],
  ["{{ today() }} {{ unixtimestamp() }} {{ today('Asia/Tokyo').hour }}", '2023-09-29T00:00Z 1695989087498 0'],
]);

cases('methods', [
  [
    "{{ 'a-b'.split('-') }} {{ 'aXb'.replace('X', '.') }} {{ 'abc'.substring(1) }}{{ 'abc'.charAt(0) }} {{ 'abc'.indexOf('c') }}",
    '[a, b] a.b bca 2',
  ],
  [
    "{{ 'a.b.c'.split('\\\\.', 2) }} {{ 'aa'.replaceAll('a', 'b') }} {{ ' x '.trim().toUpperCase() }} {{ 'x'.equals('x') }}{{ 'abc'.matches('a.c') }}",
    '[a, b.c] bb X truetrue',
  ],
  [
    '{% set q = [1, 2] %}{% do q.insert(0, 0) %}{% do q.extend([3]) %}{{ q.pop() }}{{ q.pop(0) }}{{ q }}{{ q.index(2) }}{{ q.count(1) }}',
    '30[1, 2]11',
  ],
  [
    "{% set q = {'a': 1} %}{% do q.put('b', 2) %}{% do q.update({'c': 3}) %}{{ q.keys() }}{{ q.values() }}{{ q.items() }}{{ q.remove('a') }}{{ q.containsKey('a') }}",
    '[a, b, c][1, 2, 3][a=1, b=2, c=3]1false',
  ],
  [
    '{{ 5.7.intValue() }}{{ 5.toString() }}'
      .replace('5.7.intValue()', '(5.7).intValue()')
      .replace('5.toString()', '(5).toString()'),
    '55',
  ],
]);

describe('the library', () => {
  it('says of every filter what it does', () => {
    for (const filter of standardFilters.values()) expect(filter.summary).toMatch(/^[A-Z].*\.$/);
  });

  it('picks the same random things in every pass', () => {
    const template = '{{ range(100)|shuffle }}{{ range(100)|random }}{{ 1000|random }}';
    expect(textOf(template)).toBe(textOf(template));
    expect(textOf('{{ range(100)|shuffle|sort == range(100) }}')).toBe('true');
  });
});
