import { describe, expect, it } from 'vitest';

import { recordedAnswer } from '../testing.ts';

const context = { s: 'Hello World', l: ['b', 'a', 'b'], d: { b: 1, a: 2 }, i: 7, x: 2.5, n: null };

/** The second of each pair is what Jinjava 2.8.3 prints (LegacyOverrides.NONE, no nested interpretation). */
function cases(name: string, table: readonly (readonly [string, string])[]): void {
  describe(`methods as in Jinjava: ${name}`, () => {
    it.each(table)('%s', (template, expected) => {
      expect(recordedAnswer(template, context)).toBe(expected);
    });
  });
}

cases('texts', [
  [
    "{{ s.startsWith('He') }} {{ s.startsWith('l', 2) }} {{ s.startsWith('l', 99) }} {{ s.endsWith('d') }} {{ s.contains('lo W') }}",
    'true true false true true',
  ],
  [
    "{{ s.indexOf('o') }} {{ s.indexOf('o', 5) }} {{ s.indexOf('zz') }} {{ s.lastIndexOf('o') }} {{ s.lastIndexOf('o', 5) }} {{ s.charAt(1) }}",
    '4 7 -1 7 4 e',
  ],
  [
    "{{ s.substring(6) }} {{ s.substring(2, 4) }} {{ s.subSequence(1, 3) }} {{ s.replace('l', 'L') }} {{ s.replaceAll('l+', '_') }} {{ s.replaceFirst('l', '_') }}",
    'World ll el HeLLo WorLd He_o Wor_d He_lo World',
  ],
  [
    "[{{ ' a '.trim() }}][{{ ' a '.strip() }}][{{ ' a '.stripLeading() }}][{{ ' a '.stripTrailing() }}] {{ ' '.isBlank() }} {{ ''.isEmpty() }}",
    '[a][a][a ][ a] true true',
  ],
  [
    "{{ s.toUpperCase() }} {{ s.toLowerCase() }} {{ s.concat('!') }} {{ 'ab'.repeat(2) }} {{ s.length() }} {{ s.matches('H.*d') }}",
    'HELLO WORLD hello world Hello World! abab 11 true',
  ],
  [
    "{{ s.equals('Hello World') }} {{ s.equalsIgnoreCase('hello world') }} {{ s.compareTo('A') }} {{ s.compareToIgnoreCase('HELLO WORLD') }} {{ 'a,b,,'.split(',')|join('|') }}",
    'true true 7 0 a|b',
  ],
]);

cases('lists', [
  [
    "{% set q = ['a', 'b', 'c'] %}{{ q.add(0, 'x') }}{{ q }}{{ q.add('y') }}{{ q }}{% do q.insert(1, 'z') %}{{ q }}{% do q.insert(-1, 'w') %}{{ q }}",
    '[x, a, b, c]true[x, a, b, c, y][x, z, a, b, c, y][x, z, a, b, c, w, y]',
  ],
  [
    "{% set q = ['a', 'b', 'c'] %}{{ q.pop() }}{{ q.pop(0) }}{{ q }}{{ q.remove('b') }}{{ q.remove('zz') }}{{ q }}{% do q.extend([1, 2]) %}{{ q }}{% do q.clear() %}{{ q }}",
    'ca[b]truefalse[][1, 2][]',
  ],
  [
    "{{ l.size() }} {{ l.isEmpty() }} {{ l.get(1) }} {{ l.contains('a') }} {{ l.indexOf('b') }} {{ l.lastIndexOf('b') }} {{ l.count('b') }} {{ l.index('a') }} {{ l.index('zz') }} {{ l.subList(1, 3) }} {{ l.containsAll(['a', 'b']) }}",
    '3 false a true 0 2 2 1 -1 [a, b] true',
  ],
  [
    "{% set q = ['a', 'b'] %}{% do q.append('q') %}{{ q }}{% do q.reverse() %}{{ q }}{{ q.set(0, 'first') }}{{ q }}",
    '[a, b, q][q, b, a]q[first, b, a]',
  ],
]);

cases('dicts', [
  [
    "{{ d.get('b') }} {{ d.get('zz') }} {{ d.get('zz', 'x') }} {{ d.getOrDefault('zz', 3) }} {{ d.containsKey('a') }} {{ d.size() }} {{ d.isEmpty() }} {{ d.keys() }} {{ d.values() }} {{ d.items() }}",
    '1  x 3 true 2 false [b, a] [1, 2] [b=1, a=2]',
  ],
  [
    "{% set q = {'x': 1} %}{{ q.put('c', 3) }}{{ q.put('x', 9) }}{{ q }}{% do q.update({'z': 1}) %}{{ q }}{{ q.remove('x') }}{{ q }}{{ q.putIfAbsent('c', 5) }}{{ q.putIfAbsent('n', 5) }}{{ q }}",
    '1{x=9, c=3}{x=9, c=3, z=1}9{c=3, z=1}3{c=3, z=1, n=5}',
  ],
  [
    "{% set q = {'x': 1} %}{{ q.replace('x', 4) }}{{ q.replace('zz', 4) }}{{ q }}{% do q.put(none, 1) %}{{ q }}{% do q.clear() %}{{ q }}",
    '1{x=4}{x=4, null=1}{}',
  ],
  [
    '{% for e in d.items() %}{{ e }} {{ e.key }}{{ e.value }}{{ e.getKey() }} {% endfor %}{% for k in d.keySet() %}{{ k }}{% endfor %}',
    'b=1 b1b a=2 a2a ba',
  ],
]);

cases('numbers and null', [
  [
    '{{ x.intValue() }} {{ x.longValue() }} {{ i.doubleValue() }} {{ i.floatValue() }} {{ i.toString() ~ 1 }} [{{ n.foo() }}{{ n.a.foo() }}]',
    '2 2 7.0 7.0 71 []',
  ],
]);
