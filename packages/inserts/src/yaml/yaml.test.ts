import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { passOf, textOf } from '../testing.ts';
import { parseYaml } from './parse-yaml.ts';

/** The JSON of what a YAML text says. */
function read(yaml: string): string {
  return textOf('{{ y|fromyaml|tojson }}', { y: yaml });
}

describe('fromyaml', () => {
  it.each([
    ['a: 1\nb: two words\nc: "x\\ty"\n', '{"a":1,"b":"two words","c":"x\\ty"}'],
    ['- a\n- 1\n- - x\n  - y\n- k: v\n  l: w\n', '["a",1,["x","y"],{"k":"v","l":"w"}]'],
    ['a:\n  b:\n    - 1\n    - 2\nc:\n- 3\n- 4\nd:\n', '{"a":{"b":[1,2]},"c":[3,4],"d":null}'],
    ['{a: 1, "b": [x, y z, {c: d}], e: , f}', '{"a":1,"b":["x","y z",{"c":"d"}],"e":null,"f":null}'],
    ['[1, 1.5, 1e3, 0x1F, 010, 1_000, -7]', '[1,1.5,1000.0,31,8,1000,-7]'],
    [
      '[true, False, yes, null, ~, "null", 1.2.3, 2024-01-01]',
      '[true,false,true,null,null,"null","1.2.3","2024-01-01"]',
    ],
    ['# head\na: 1 # one\n\n# between\nb: "# no comment"\nc: x#y\n', '{"a":1,"b":"# no comment","c":"x#y"}'],
    ['a: one\n  two\n\n  three\nb: 2', '{"a":"one two\\nthree","b":2}'],
    [
      'a: |\n  x\n    y\n\n  z\nb: >-\n  x\n  y\n\n  z\nc: |+\n  k\n\n',
      '{"a":"x\\n  y\\n\\nz\\n","b":"x y\\nz","c":"k\\n\\n"}',
    ],
    ["a: 'it''s'\n'b c': \"x\\u00e9\n  y\"\n", '{"a":"it\'s","b c":"xé y"}'],
    ['---\na: b\n---\nc: d\n', '{"a":"b"}'],
    ['url: http://x/y:z\ntime: 10:30\n', '{"url":"http://x/y:z","time":"10:30"}'],
    ['a: 1\na: 2\n__proto__: 3', '{"a":2,"__proto__":3}'],
    ['', 'null'],
    [
      '[y, On, off, 08, 1., .5, 0b11, 1e3, 12345678901234567890x]',
      '["y",true,false,"08",1.0,0.5,3,1000.0,"12345678901234567890x"]',
    ],
    ['just text', '"just text"'],
    ['"quoted"', '"quoted"'],
  ])('%j', (yaml, json) => {
    expect(read(yaml)).toBe(json);
  });

  it.each([
    '[1, 2',
    '{a: 1',
    '"x',
    'a: b: c',
    'a: 1\n   b: 2',
    'a: &x 1\nb: *x',
    '!!java x',
    '? a',
    'a: 1\nb',
    '- a\nb: 1',
  ])('refuses %j', (yaml) => {
    expect(read(yaml)).toBe('failed: type');
  });

  it('reads texts only, and null as null', () => {
    expect(textOf('[{{ none|fromyaml }}]')).toBe('[]');
    expect(textOf('{{ 5|fromyaml }}')).toBe('failed: type');
  });

  it('ends for any text', () => {
    const piece = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '- ',
      '  ',
      '"',
      "'",
      '[',
      ']',
      '{',
      '}',
      ',',
      '|',
      '>',
      '#',
      '\\',
      '1',
      '---',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        let steps = 0;
        const parsed = parseYaml(pieces.join(''), () => {
          steps++;
          if (steps > 1000) throw new Error('no end');
        });
        expect(parsed.kind).toMatch(/^(?:value|invalid)$/);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('toyaml', () => {
  it.each([
    [
      "{{ {'a': 1, 'b': 'x', 'c': none, 'd': true, 'e': 1.5}|toyaml }}",
      'a: 1\nb: "x"\nc: null\nd: true\ne: 1.5\n',
    ],
    [
      "{{ {'a': [1, 'x', {'b': 2, 'c': [3]}], 'd': {'e': {}}, 'f': []}|toyaml }}",
      'a:\n- 1\n- "x"\n- b: 2\n  c:\n  - 3\nd:\n  e: {}\nf: []\n',
    ],
    ['{{ [[1, 2], [3]]|toyaml }}', '- - 1\n  - 2\n- - 3\n'],
    ["{{ {'yes': 1, 'a b': 2, 'a: b': 3, '': 4}|toyaml }}", '"yes": 1\na b: 2\n\'a: b\': 3\n"": 4\n'],
    [
      "{{ {'1': 1, '-a': 2, '~': 3, 'a#b': 4, '.': 5}|toyaml }}{{ ''|toyaml }}",
      '"1": 1\n"-a": 2\n"~": 3\na#b: 4\n".": 5\n--- ""\n',
    ],
    ["{{ 'x\"y\\n'|toyaml }}{{ 5|toyaml }}{{ []|toyaml }}", '"x\\"y\\n"\n5\n[]\n'],
  ])('%s', (template, expected) => {
    expect(textOf(template)).toBe(expected);
  });

  it('breaks long texts at a space', () => {
    const long = 'word '.repeat(30).trim();
    const text = textOf('{{ {"k": v}|toyaml }}', { v: long });
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(90);
    expect(textOf('{{ {"k": v}|toyaml|fromyaml }}', { v: long })).toBe(`{k=${long}}`);
  });

  it('ends for a list that is nested too deeply', () => {
    expect(
      passOf(
        '{% set ns = namespace(a=[1]) %}{% for i in range(200) %}{% set ns.a = [ns.a] %}{% endfor %}{{ ns.a|toyaml }}',
      ),
    ).toMatchObject({
      kind: 'failed',
      error: { code: 'yaml-depth' },
    });
  });

  it('writes what fromyaml reads', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constant(null),
        fc.boolean(),
        fc.integer(),
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('a: b', ' x', 'x ', '- y', '# z', '', 'true', '1', '~', "it's", 'a\nb', '\t'),
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('a b', 'a: b', '-', 'yes', '#')), tie('any'), {
          maxKeys: 4,
        }),
      ),
    })).any;
    fc.assert(
      fc.property(value, (data) => {
        expect(JSON.parse(textOf('{{ v|toyaml|fromyaml|tojson }}', { v: data }))).toEqual(
          JSON.parse(JSON.stringify(data)),
        );
      }),
      { numRuns: 1000 },
    );
  });
});
