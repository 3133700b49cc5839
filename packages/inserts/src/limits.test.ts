import { describe, expect, it } from 'vitest';

import { createEngine } from './index.ts';
import type { Limits } from './index.ts';
import { passOf, textOf } from './testing.ts';

describe('limits', () => {
  it.each<[keyof Limits, number, string, string, number, number]>([
    ['steps', 100, '\n{% for i in range(200) %}x{% endfor %}', 'limit-steps', 2, 13],
    ['output', 10, "{{ 'x'|center(6) }}\n {{ 'x'|center(6) }}", 'limit-output', 2, 2],
    ['stringLength', 10, "a {{ 'x'|center(11) }}", 'limit-string', 1, 10],
    ['stringLength', 10, "{{ 'abcdef' ~ 'abcdef' }}", 'limit-string', 1, 4],
    ['stringLength', 10, "{{ 'abcdef'.repeat(2) }}", 'limit-string', 1, 4],
    ['stringLength', 10, "{{ [1, 2, 3, 4, 5, 6]|join(', ') }}", 'limit-string', 1, 23],
    ['listLength', 3, '{{ [1, 2] + [3, 4] }}', 'limit-list', 1, 4],
    ['listLength', 3, "{{ 'abcd'|list }}", 'limit-list', 1, 11],
    [
      'macroDepth',
      2,
      '{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ c() }}{% endmacro %}{% macro c() %}x{% endmacro %}{{ a() }}',
      'limit-macro-depth',
      1,
      57,
    ],
    ['lookups', 2, '{% for i in range(3) %}{% catalog.c(i).x %}{% endfor %}', 'limit-lookups', 1, 24],
  ])('%s of %i ends %j with %s at %i:%i', (name, value, template, code, line, column) => {
    const pass = passOf(template, {}, 'text', { limits: { [name]: value } });
    expect(pass).toMatchObject({ kind: 'failed', error: { code, line, column } });
  });

  it.each<[keyof Limits, number, string, string, number, number]>([
    ['templateSize', 10, '{{ 1 }}{{ 2 }}', 'limit-template-size', 1, 1],
    ['expressionDepth', 5, '\n{{ ((((((1)))))) }}', 'limit-nesting', 2, 9],
    [
      'blockDepth',
      2,
      '{% if 1 %}{% if 1 %}{% if 1 %}{% endif %}{% endif %}{% endif %}',
      'limit-nesting',
      1,
      21,
    ],
  ])('%s of %i refuses %j with %s at %i:%i', (name, value, template, code, line, column) => {
    const compilation = createEngine({ limits: { [name]: value } }).compile(template);
    expect(compilation).toMatchObject({ kind: 'invalid' });
    expect(compilation.diagnostics[0]).toMatchObject({ code, severity: 'error', line, column });
  });

  it.each<[keyof Limits, number, string]>([
    ['templates', 2, 'limit-templates'],
    ['templateDepth', 2, 'limit-template-depth'],
  ])('%s of %i ends the rendering with %s at the tag that led there', (name, value, code) => {
    const compilation = createEngine({ limits: { [name]: value } }).compile("x\n {% include '1' %}");
    if (compilation.kind === 'invalid') throw new Error('does not compile');
    const pass = compilation.template.render({
      context: {},
      now: 0,
      seed: '',
      templates: {
        load: (loaded) => ({ kind: 'found', source: `{% include '${Number(loaded) + 1}' %}` }),
      },
    });
    expect(pass).toMatchObject({ kind: 'failed', error: { code, line: 2, column: 2 } });
  });

  it('leaves out what range has beyond its limit', () => {
    expect(textOf('{{ range(9) }}', {}, 'text', { limits: { range: 3 } })).toBe('[0, 1, 2]');
  });

  it('ends what takes too long', () => {
    let now = 0;
    const clock = (): number => (now += 100);
    const template = '{% for i in range(1000) %}{% for j in range(1000) %}{% endfor %}{% endfor %}';
    const pass = passOf(template, {}, 'text', { clock, limits: { steps: 1e9 } });
    expect(pass).toMatchObject({ kind: 'failed', error: { code: 'limit-time', line: 1, column: 27 } });
  });
});

describe('the engine', () => {
  it('compiles the same text once', () => {
    const engine = createEngine();
    expect(engine.compile('{{ a }}')).toBe(engine.compile('{{ a }}'));
    expect(engine.compile('{{ a }}')).not.toBe(engine.compile('{{ a }}', { output: 'json' }));
  });

  it('keeps a bounded number of templates, the last used ones', () => {
    const engine = createEngine();
    const first = engine.compile('first');
    const second = engine.compile('second');
    for (let count = 0; count < 499; count++) {
      engine.compile(`text ${count}`);
      engine.compile('first');
    }
    expect(engine.compile('first')).toBe(first);
    expect(engine.compile('second')).not.toBe(second);
  });
});
