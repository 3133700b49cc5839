import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createEngine } from '../index.ts';
import type { OutputContext } from '../index.ts';
import { passOf, textOf } from '../testing.ts';
import { findJsonError } from './find-json-error.ts';

const engine = createEngine();

/** Texts with everything that breaks careless JSON, and any other. */
const hostile = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '"',
    '\\',
    '\\"',
    '\n',
    '}',
    '{{ x }}',
    '{% kill %}',
    '</script>',
    '\u2028',
    '\ud800',
    '',
    'null',
    '1e5',
    '-0',
    '01',
  ),
  fc
    .array(fc.constantFrom('"', '\\', '}', '{', '\n', 'a', ',', ':'), { maxLength: 8 })
    .map((parts) => parts.join('')),
);
const value = fc.oneof(
  hostile,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
  fc.array(hostile),
  fc.dictionary(hostile, hostile),
);

function parsed(source: string, context: Record<string, unknown>): unknown {
  const compilation = engine.compile(source, { output: 'json' });
  if (compilation.kind === 'invalid') throw new Error(compilation.diagnostics[0]?.message);
  const pass = compilation.template.render({ context, now: 0, seed: '' });
  if (pass.kind !== 'rendered') throw new Error(JSON.stringify(pass));
  return JSON.parse(pass.text);
}

function isJson(text: string): boolean {
  return findJsonError(text) === null;
}

/** The keys and kinds of a document, without its values. */
function shape(document: unknown): unknown {
  if (Array.isArray(document)) return document.map(shape);
  if (typeof document !== 'object' || document === null) return 'value';
  return Object.entries(document).map(([key, inner]) => [key, shape(inner)]);
}

describe('JSON output', () => {
  it('gives every text back as it was, inside of a string', () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        expect(parsed('{"a": "{{ a }}-{{ b }}", "c": 1}', { a, b })).toEqual({
          a: `${a}-${b}`,
          c: 1,
        });
      }),
    );
  });

  it('keeps its keys whatever the values are', () => {
    const template =
      '{"a": {{ a }}, "b": [{{ b }}, "x{{ a }}"], "c": {"d": "{{ b }}"}, "e": {{ a|tojson }}, "f": "{{ b|escapejson }}", "g": "{{ a|tojson }}"}';
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        expect(shape(parsed(template, { a, b }))).toEqual(shape(parsed(template, { a: 'x', b: 'x' })));
      }),
    );
  });

  it('always parses, with any values, through loops, macros and captured text', () => {
    const templates = [
      '[{% for i in [a, b] %}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}]',
      '{% macro row(v) %}{"v": {{ v }}, "t": "{{ v }}"}{% endmacro %}[{{ row(a) }}, {{ row(b) }}]',
      '{% set t %}{{ a }} and {{ b }}{% endset %}{"t": "{{ t }}", "u": {{ t|tojson }}}',
      '{% macro m() %}{{ caller() }}{% endmacro %}{"a": "{% call m() %}{{ a }}{% endcall %}"}',
      '{"a": "{{ a ~ b }}", "b": {{ [a, {"k": b}] }}, "c": "{% print a %}", "d": "{% cycle a, b %}"}',
      '{"a": {% if a %}"{{ a }}"{% else %}{{ b }}{% endif %}}',
      '{% autoescape true %}{"a": "{{ a }}", "b": {{ b }}}{% endautoescape %}',
      '{"a": "{{ a|upper|trim }}", "b": {{ b|default("x") }}, "c": "{{ a|replace("a", b) }}"}',
    ];
    expect(
      fc.check(
        fc.property(fc.constantFrom(...templates), value, value, (template, a, b) => {
          const pass = passOf(template, { a, b }, 'json');
          // what a filter cannot do with such a value is an error with a place, and nothing is sent
          return pass.kind === 'rendered'
            ? isJson(pass.text)
            : pass.kind === 'failed' && pass.error.code === 'type';
        }),
        { numRuns: 500 },
      ),
    ).toMatchObject({ failed: false });
  });

  it('skips the last parse only where the text cannot be wrong', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      ' ',
      '1',
      '{{ a }}',
      '{{ b }}',
      '-',
      'null',
      '\\',
    );
    expect(
      fc.check(
        fc.property(
          fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
          value,
          value,
          (template, a, b) => {
            const compilation = engine.compile(template, { output: 'json' });
            if (compilation.kind === 'invalid') return true;
            const pass = compilation.template.render({ context: { a, b }, now: 0, seed: '' });
            return pass.kind !== 'rendered' || pass.text.trim() === '' || isJson(pass.text);
          },
        ),
        { numRuns: 3000 },
      ),
    ).toMatchObject({ failed: false });
  });

  it('says where the text goes wrong', () => {
    expect(passOf('{\n  "a": {{ a }},\n  "b": oops\n}', { a: 1 }, 'json')).toMatchObject({
      kind: 'failed',
      error: { code: 'json-invalid', line: 3, column: 8 },
    });
    expect(passOf('{"a": "{{ a|safe }}",\n "b": 1}', { a: '"' }, 'json')).toMatchObject({
      kind: 'failed',
      error: { code: 'json-invalid', line: 1 },
    });
    expect(passOf('{"a": "\\{{ a }}"}', { a: 'n' }, 'json')).toMatchObject({
      kind: 'failed',
      error: { code: 'json-position' },
    });
  });

  it('prints values for where they stand', () => {
    const context = { s: 'x', n: '12', t: 'true', nothing: null, f: 1.5, list: [1, 'a'], d: { a: 1 } };
    const template =
      '[{{ s }}, {{ n }}, {{ t }}, {{ nothing }}, {{ missing }}, {{ f }}, {{ list }}, {{ d }}, "{{ list }}", "{{ d }}", "{{ missing }}"]';
    expect(textOf(template, context, 'json')).toBe(
      '["x", 12, true, null, null, 1.5, [1,"a"], {"a":1}, "[1, a]", "{a=1}", ""]',
    );
  });
});

describe('finding an error in JSON', () => {
  it('finds one exactly where JSON.parse does', () => {
    const document = fc
      .json()
      .chain((text) =>
        fc
          .tuple(
            fc.constant(text),
            fc.nat(text.length),
            fc.constantFrom('', '"', '{', ',', 'x', '0', '\\', '\n'),
          )
          .map(([all, at, extra]) => all.slice(0, at) + extra + all.slice(at + 1)),
      );
    fc.assert(
      fc.property(document, (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          // an answer, not a failure
          valid = false;
        }
        expect(findJsonError(text) === null).toBe(valid);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('every output', () => {
  it('keeps within its limits for templates of any pieces', () => {
    const piece = fc.constantFrom(
      '{{ a }}',
      '{{ b|center(500) }}',
      '{% for i in range(50) %}',
      '{% endfor %}',
      '{% if a %}',
      '{% endif %}',
      '{% set a = a ~ a %}',
      '{% set b = [a, b] %}',
      '{{ b }}',
      '{% macro m() %}',
      '{% endmacro %}',
      '{{ m() }}',
      'text',
      '{% raw %}',
      '{% endraw %}',
      '{% do b.append(b) %}',
    );
    const small = createEngine({
      limits: { output: 2000, stringLength: 1000, steps: 5000, listLength: 100 },
    });
    expect(
      fc.check(
        fc.property(
          fc.array(piece, { maxLength: 20 }),
          fc.constantFrom<OutputContext>('json', 'text', 'url', 'header', 'html'),
          (pieces, output) => {
            const compilation = small.compile(pieces.join(''), { output });
            if (compilation.kind === 'invalid') return true;
            const pass = compilation.template.render({ context: { a: 'xy', b: [] }, now: 0, seed: '' });
            return pass.kind !== 'rendered' || pass.text.length <= 2000;
          },
        ),
        { numRuns: 1000 },
      ),
    ).toMatchObject({ failed: false });
  });
});
