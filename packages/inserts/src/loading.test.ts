import { describe, expect, it } from 'vitest';

import { createEngine, renderWith } from './index.ts';
import type { EngineOptions, OutputContext, RenderPass, TemplateLoader } from './index.ts';

type Templates = Readonly<Record<string, string>>;

function loader(templates: Templates): TemplateLoader & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    load(name) {
      asked.push(name);
      const source = new Map(Object.entries(templates)).get(name);
      return source === undefined ? { kind: 'absent' } : { kind: 'found', source };
    },
  };
}

function render(
  source: string,
  templates: Templates,
  output: OutputContext = 'text',
  options: EngineOptions = {},
): RenderPass {
  const compilation = createEngine(options).compile(source, { output });
  if (compilation.kind === 'invalid') throw new Error(compilation.diagnostics[0]?.message);
  const context = { x: 5, page: 'a', hostile: '"}{{ x }}' };
  return compilation.template.render({ context, now: 0, seed: '', templates: loader(templates) });
}

function text(...args: Parameters<typeof render>): string {
  const pass = render(...args);
  return pass.kind === 'rendered'
    ? pass.text
    : pass.kind === 'failed'
      ? `failed: ${pass.error.code}`
      : pass.kind;
}

describe('include', () => {
  it.each<[string, Templates, string]>([
    ['{% include \'a\' %}|{% include "a" %}', { a: '{{ x }}' }, '5|5'],
    ['{% include page %}{% include page_html %}', { a: 'A', page_html: 'B' }, 'AB'],
    ['{% include page.html %}', { 'page.html': 'as written' }, 'as written'],
    ["{% set y = 1 %}{% include 'a' %}{{ y }}{{ z }}", { a: '{{ y }}{% set y = 2 %}{% set z = 3 %}' }, '123'],
    ["{% for i in [1, 2] %}{% include 'a' %}{% endfor %}", { a: '{{ i }}{{ loop.last }} ' }, '1false 2true '],
    ["{% for i in [1, 2] %}{% include 'a' %}{{ i }}{% endfor %}", { a: '{% break %}' }, ''],
    ["{% include 'a' %}{{ m(1) }}", { a: '{% macro m(v) %}<{{ v }}>{% endmacro %}' }, '<1>'],
    ["{% include 'd/a' %}", { 'd/a': "{% include './b' %}{% include '../c' %}", 'd/b': 'B', c: 'C' }, 'BC'],
    ["{% include 'a' %}", { a: '{{ hostile }}' }, '"}{{ x }}'],
  ])('%s', (source, templates, expected) => {
    expect(text(source, templates)).toBe(expected);
  });

  it('escapes values for the output of the template that is rendered', () => {
    expect(text('{"a": "{% include \'a\' %}"}', { a: 'v: {{ hostile }}' }, 'json')).toBe(
      '{"a": "v: \\"}{{ x }}"}',
    );
    expect(text("{% include 'a' %}", { a: '{"a": {{ hostile }}}' }, 'json')).toBe('{"a": "\\"}{{ x }}"}');
  });

  it('asks for a template once', () => {
    const templates = loader({ a: 'A' });
    const compilation = createEngine().compile("{% for i in range(9) %}{% include 'a' %}{% endfor %}");
    if (compilation.kind === 'invalid') throw new Error('does not compile');
    expect(compilation.template.render({ context: {}, now: 0, seed: '', templates })).toEqual({
      kind: 'rendered',
      text: 'AAAAAAAAA',
    });
    expect(templates.asked).toEqual(['a']);
  });

  it('takes the templates of a source of data', async () => {
    const compilation = createEngine().compile("{% include 'a' %}");
    if (compilation.kind === 'invalid') throw new Error('does not compile');
    const source = { fetch: () => Promise.resolve([]), templates: loader({ a: "{% catalog.c('k').v %}" }) };
    expect(await renderWith(compilation.template, { context: {}, now: 0, seed: '' }, source)).toMatchObject({
      kind: 'failed',
      error: { code: 'data-unavailable' },
    });
  });
});

describe('import and from', () => {
  const lib = {
    lib: 'noise{% set unit = "kg" %}{% macro one(n) %}{{ n }}{{ unit }}{% endmacro %}{% macro two(n) %}{{ one(n) }},{{ one(n) }}{% endmacro %}',
  };

  it.each<[string, string]>([
    ["{% import 'lib' as l %}{{ l.one(1) }} {{ l.unit }} {{ unit }}", '1kg kg '],
    ["{% import 'lib' as l %}{{ l.two(1) }}", '1kg,1kg'],
    ["{% import 'lib' as l %}{% set unit = 'lb' %}{{ l.two(1) }}", '1kg,1kg'],
    ["{% import 'lib' %}{{ two(1) }} {{ unit }}", '1kg,1kg kg'],
    ["{% from 'lib' import two %}{{ two(1) }}[{{ unit }}]", '1kg,1kg[]'],
    ["{% from 'lib' import one as weigh, unit as u %}{{ weigh(2) }} {{ u }}", '2kg kg'],
    ["{% from 'lib' import three %}", 'failed: unknown-import'],
  ])('%s', (source, expected) => {
    expect(text(source, lib)).toBe(expected);
  });

  it('sees the variables of the template that imports', () => {
    expect(
      text("{% set y = 7 %}{% import 'a' as a %}{{ a.z }}{{ y }}", {
        a: '{% set z = y + x %}{% set y = 0 %}',
      }),
    ).toBe('127');
  });
});

describe('extends and block', () => {
  const base = '<{% block head %}H{{ x }}{% endblock %}|{% block body %}B{% endblock body %}>';

  it.each<[string, Templates, string]>([
    ["{% extends 'base' %}dropped{% block body %}own{% endblock %}", { base }, '<H5|own>'],
    ["{% extends 'base' %}{% block body %}{{ super() }}+{{ super() }}{% endblock %}", { base }, '<H5|B+B>'],
    ["{% extends 'base' %}{% set x = 9 %}", { base }, '<H9|B>'],
    [
      "{% extends 'mid' %}{% block body %}top {{ super() }}{% endblock %}",
      {
        base,
        mid: "{% extends 'base' %}{% block body %}mid {{ super() }}{% endblock %}{% block head %}M{% endblock %}",
      },
      '<M|top mid B>',
    ],
    ['{% block a %}1{% block b %}2{% endblock %}{% endblock %}', {}, '12'],
    ['{% block a %}1{% block a %}2{% endblock %}{% endblock %}', {}, '1'],
    ['{% block a %}1{% endblock %}{% block a %}2{% endblock %}', {}, '11'],
    ['[{{ super() }}]{% block a %}[{{ super() }}]{% endblock %}', {}, '[][]'],
    ["{% if false %}{% extends 'base' %}{% endif %}plain {{ x }}", { base }, 'plain 5'],
    ['{% for i in [1, 2] %}{% block a %}{{ i }}{% endblock %}{% endfor %}', {}, '12'],
    [
      "a{% include 'child' %}z",
      { base, child: "{% extends 'base' %}{% block body %}own{% endblock %}" },
      'a<H5|own>z',
    ],
    ["{% extends 'base' %}{% extends 'base' %}", { base }, 'failed: second-extends'],
  ])('%s', (source, templates, expected) => {
    expect(text(source, templates)).toBe(expected);
  });

  it('escapes blocks where they are printed', () => {
    const source = "{% extends 'base' %}{% block v %}{{ hostile }}{% endblock %}";
    expect(text(source, { base: '{"a": {% block v %}1{% endblock %}}' }, 'json')).toBe(
      '{"a": "\\"}{{ x }}"}',
    );
    expect(text(source, { base: '/{% block v %}1{% endblock %}/' }, 'url')).toBe(
      '/%22%7D%7B%7B%20x%20%7D%7D/',
    );
  });
});

describe('render', () => {
  it.each([
    ["{{ '{{ x }}'|render }}", '5'],
    ["{{ '{% set y = x + 1 %}'|render }}{{ y }}", '6'],
    ["{{ ('{{ ' ~ 'x }}')|render|int + 1 }}", '6'],
    ['{{ none|render }}', 'null'],
    ["{{ '{{ x'|render }}", 'failed: template-invalid'],
    ["{{ 'abcdef'|render(3) }}", 'failed: limit-output'],
    ["{% set t = '{{ t|render }}' %}{{ t|render }}", 'failed: limit-template-depth'],
    ['{{ hostile|render }}', '"}5'],
  ])('%s', (source, expected) => {
    expect(text(source, {})).toBe(expected);
  });

  it('escapes what it rendered for the output', () => {
    expect(text('{"a": "{{ hostile|render }}"}', {}, 'json')).toBe('{"a": "\\"}5"}');
  });

  it('is warned of', () => {
    expect(createEngine().check('{{ x|render }}')).toMatchObject([{ code: 'render', column: 6 }]);
  });
});

describe('loading', () => {
  it('fails where there is nothing to load from, with the place', () => {
    const compilation = createEngine().compile("a\n {% include 'b' %}");
    if (compilation.kind === 'invalid') throw new Error('does not compile');
    expect(compilation.template.render({ context: {}, now: 0, seed: '' })).toEqual({
      kind: 'failed',
      error: {
        code: 'no-loader',
        message: 'The template "b" cannot be loaded: there are no other templates here.',
        line: 2,
        column: 2,
      },
    });
  });

  it.each<[string, Templates, string]>([
    ["{% include 'nope' %}", {}, 'template-missing'],
    ["{% include '../a' %}", { a: '' }, 'template-name'],
    ["{% include '' %}", {}, 'template-name'],
    ["{% include 'a' %}", { a: '{% if %}' }, 'template-invalid'],
    ["{% include 'a' %}", { a: "{% include 'a' %}" }, 'template-cycle'],
    ["{% include 'a' %}", { a: "{% import 'b' as b %}", b: "{% extends 'a' %}" }, 'template-cycle'],
    ["{% extends 'a' %}", { a: "{% extends 'a' %}" }, 'template-cycle'],
    [
      "{% import 'a' as a %}{{ a.m(a) }}",
      { a: '{% macro m(x) %}{{ x.m(x) }}{% endmacro %}' },
      'limit-macro-depth',
    ],
  ])('%s with %j ends with %s', (source, templates, code) => {
    expect(text(source, templates)).toBe(`failed: ${code}`);
  });

  it('has limits', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`t${at}`, 'x']));
    expect(
      text('{% for i in range(40) %}{% include "t" ~ i %}{% endfor %}'.replace('"t" ~ i', 'n'), many),
    ).toBe('failed: template-missing');
    const each = '{% for i in range(40) %}{% set n = "t" ~ i %}{% include n %}{% endfor %}';
    expect(text(each, many)).toBe('failed: limit-templates');
    const chain = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [`c${at}`, `{% include 'c${at + 1}' %}`]),
    );
    expect(text("{% include 'c0' %}", chain)).toBe('failed: limit-template-depth');
    expect(text("{% include 'a' %}", { a: 'x'.repeat(131_073) })).toBe('failed: limit-template-size');
    const big = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, 'x'.repeat(100_000)]));
    expect(text("{% include 'a' %}{% include 'b' %}{% include 'c' %}", big)).toBe('failed: limit-steps');
  });

  it('says where in the other template something went wrong', () => {
    expect(render("\n{% include 'a' %}", { a: '\n\n  {{ true + 1 }}' })).toMatchObject({
      error: { code: 'type', line: 2, column: 1, within: { template: 'a', line: 3, column: 6 } },
    });
    expect(
      render("{% import 'a' as a %}\n{{ a.m() }}", { a: '{% macro m() %}{{ true + 1 }}{% endmacro %}' }),
    ).toMatchObject({
      error: { code: 'type', line: 2, column: 4, within: { template: 'a', line: 1, column: 19 } },
    });
    expect(render("{% include 'a' %}", { a: ' {% customer y %}' })).toMatchObject({
      reason: {
        code: 'attribute-missing',
        line: 1,
        column: 1,
        insert: '{% customer y %}',
        within: { column: 2 },
      },
    });
    expect(render('{"a":\n{% include \'a\' %}}', { a: 'nope' }, 'json')).toMatchObject({
      error: { code: 'json-invalid', line: 2, column: 1 },
    });
  });

  it('knows what a template loads, and what is not there', () => {
    const source =
      "{% include './a' %}{% import 'b' as b %}{% from 'c' import d %}{% extends n %}{{ d() }}{{ b.x }}";
    const engine = createEngine();
    const compilation = engine.compile(source);
    if (compilation.kind === 'invalid') throw new Error(compilation.diagnostics[0]?.message);
    expect(compilation.template.needs()).toMatchObject({
      templates: { names: ['a', 'b', 'c'], open: true },
      variables: ['n'],
    });
    expect(engine.check(source, { schema: { templates: ['a', 'b'] } })).toMatchObject([
      { code: 'unknown-template' },
    ]);
  });

  it('still finds misspelt macros where all macros are in sight', () => {
    const codes = (source: string) =>
      createEngine()
        .check(source)
        .map(({ code }) => code);
    expect(codes("{% from 'a' import m %}{{ n() }}")).toEqual(['unknown-function']);
    expect(codes("{% include 'a' %}{{ n() }}")).toEqual([]);
  });
});
