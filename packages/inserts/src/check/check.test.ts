import { describe, expect, it } from 'vitest';

import { createEngine } from '../index.ts';
import type { CheckOptions, Diagnostic } from '../index.ts';

const engine = createEngine();

function codes(source: string, options: CheckOptions = {}): string[] {
  return engine.check(source, options).map((diagnostic) => diagnostic.code);
}

function first(source: string, options: CheckOptions = {}): Diagnostic | undefined {
  return engine.check(source, options)[0];
}

function fixed(source: string, options: CheckOptions): string {
  const edits = engine.check(source, options).flatMap((diagnostic) => diagnostic.fix?.edits ?? []);
  let text = source;
  for (const { start, end, text: replacement } of edits.toSorted((a, b) => b.start - a.start)) {
    text = text.slice(0, start) + replacement + text.slice(end);
  }
  return text;
}

describe('syntax', () => {
  it.each([
    ['{{ a', 'unclosed-token', 1, 1],
    ['{% if a', 'unclosed-token', 1, 1],
    ['{# a', 'unclosed-comment', 1, 1],
    ['x\n{% if a %}', 'unclosed-block', 2, 1],
    ['{% endif %}', 'unexpected-tag', 1, 1],
    ['{% else %}', 'unexpected-tag', 1, 1],
    ['{{ a b }}', 'syntax', 1, 6],
    ['{{ "a }}', 'unclosed-token', 1, 1],
    ["{{ '\\q' }}", 'bad-escape', 1, 5],
    ['{{ 99999999999999999999 }}', 'number-range', 1, 4],
    ['{{ {[1]: 2} }}', 'dict-key', 1, 5],
    ['{{ a # b }}', 'unexpected-character', 1, 6],
    ['{% set a, b = 1 %}', 'set-count', 1, 1],
    ['{% catalogitem.x %}{% endcatalogitem %}', 'syntax', 1, 18],
    ['{% catalogitem.x(1, 2) %}{% endcatalogitem %}', 'insert-arguments', 1, 17],
    ['{% catalogitemv2.x(1) alowEmpty=True %}{% endcatalogitemv2 %}', 'insert-option', 1, 23],
    ['{% metricsvar %}{% endmetricsvar %}', 'insert-option', 1, 1],
    ['{% customer %}', 'insert-subject', 1, 1],
  ])('%s is %s at %i:%i', (source, code, line, column) => {
    expect(first(source)).toMatchObject({ severity: 'error', code, line, column });
  });

  it('reports every fault, not only the first', () => {
    expect(codes('{{ a b }}{{ 1|nope }}\n{% nope %}')).toEqual(['syntax', 'unknown-filter', 'unknown-tag']);
  });

  it('gives a hint for nested JSON', () => {
    expect(first('{"a":{{"b": 1', { output: 'json' })?.message).toContain('put a space between { and {');
  });
});

describe('names', () => {
  it.each([
    ['{{ a|uper }}', 'unknown-filter', 'Did you mean upper?'],
    ['{{ a is defind }}', 'unknown-test', 'Did you mean defined?'],
    ['{{ rnge(3) }}', 'unknown-function', 'Did you mean range?'],
    ['{% iff a %}', 'unknown-tag', 'Did you mean if?'],
    ['{% catalogitm.x(1) %}', 'unknown-tag', 'Did you mean catalogitem?'],
    ['{{ a|default(vaue=1) }}', 'filter-arguments', 'has no argument vaue'],
    ['{{ a|replace("x") }}', 'filter-arguments', 'needs its argument new'],
  ])('%s', (source, code, message) => {
    expect(first(source)).toMatchObject({ severity: 'error', code });
    expect(first(source)?.message).toContain(message);
  });

  it('knows macros, wherever they are', () => {
    expect(codes('{{ m() }}{% macro m() %}{{ caller() }}{% endmacro %}')).toEqual([]);
  });
});

describe('the schema', () => {
  const schema = {
    eventParams: ['firstName', 'certificationId'],
    attributes: ['email'],
    catalogs: new Map([['certificationList', ['syneriseID', 'accredibleid']]]),
  };

  it.each([
    ['{{ event.params.fistName }}', 'unknown-event-param', 'Did you mean firstName?'],
    ['{{ customer.emial }}', 'unknown-attribute', 'Did you mean email?'],
    ["{{ customer['emial'] }}", 'unknown-attribute', 'Did you mean email?'],
    ['{% customer emial %}', 'unknown-attribute', 'Did you mean email?'],
    ['{% catalog.certificationLst(1).accredibleid %}', 'unknown-catalog', 'Did you mean certificationList?'],
    ['{% catalog.certificationList(1).acredibleid %}', 'unknown-column', 'Did you mean accredibleid?'],
    [
      "{% catalogitem.certificationList(1) %}{% set o = catalog_result %}{{ o.get('acredibleid') }}{% endcatalogitem %}",
      'unknown-column',
      'Did you mean accredibleid?',
    ],
  ])('%s', (source, code, message) => {
    expect(first(source, { schema })).toMatchObject({ severity: 'warning', code });
    expect(first(source, { schema })?.message).toContain(message);
  });

  it('says nothing of what it has, and nothing of parts that are not given', () => {
    expect(codes('{{ event.params.firstName }}{{ customer.email }}', { schema })).toEqual([]);
    expect(codes('{{ event.params.nope }}{{ customer.nope }}')).toEqual([]);
  });
});

describe('lints', () => {
  it.each([
    ['{% for a in b %}{% else %}{% endfor %}', 'for-else'],
    ['{% for a in b %}{% set n = n + 1 %}{% endfor %}', 'set-in-loop'],
    ['{{- a }}', 'expression-dash'],
    ['{% for a in b %}{% if a %}{% set n = n + 1 %}{% endif %}{% endfor %}', 'set-in-loop'],
    ['Token token={{ a }} api_key: a1b2c3d4e5f6a7b8c9d0', 'secret'],
    ['Token token=a1b2c3d4e5f6a7b8c9d0', 'secret'],
    ['Bearer eyJhbGciOiJIUzI1NiJ9.e30.x', 'secret'],
    ['"password": "correctHorse1Battery"', 'secret'],
    ['{"name": "{{ a }}"}', 'verbatim-json'],
    ['{% macro m() %}{{ m() }}{% endmacro %}', 'macro-recursion'],
  ])('%s', (source, code) => {
    expect(codes(source)).toEqual([code]);
  });

  it('warns of safe where something is escaped', () => {
    expect(codes('{"a": "{{ a|safe }}"}', { output: 'json' })).toContain('safe');
    expect(codes('{{ a|safe }}')).toEqual([]);
  });

  it('finds a line break in a header', () => {
    expect(first('Bearer\n{{ a }}', { output: 'header' })).toMatchObject({
      code: 'header-line-break',
      line: 1,
      column: 7,
    });
  });

  it('does not take the placeholder of the use case for a secret', () => {
    expect(codes('Token token=YOUR ACCREDIBLE API_KEY', { output: 'header' })).toEqual([]);
  });
});

describe('JSON', () => {
  it('finds what can never be JSON, with its place', () => {
    expect(first('{\n  "a": {{ x }},\n}', { output: 'json' })).toMatchObject({
      code: 'json-invalid',
      line: 3,
    });
  });

  it('finds what is JSON for some values only', () => {
    expect(first('{"a": 1{{ x }}}', { output: 'json' })).toMatchObject({ code: 'json-invalid' });
    expect(codes('{"a": "{{ x|safe }}"}', { output: 'json' })).toContain('json-invalid');
  });

  it('is content with every value that is escaped', () => {
    expect(
      codes('{"a": "{{ x }}", "b": {{ y }}, "c": {{ z|tojson }}, "d": "{{ x|escapejson }}"}', {
        output: 'json',
      }),
    ).toEqual([]);
    expect(
      codes('[{% for x in y %}{{ x }}{% if not loop.last %},{% endif %}{% endfor %}]', { output: 'json' }),
    ).toEqual([]);
  });

  it("finds the use case's group_id inside of recipient, and moves it", () => {
    const body = `{
  "credential": {
    "recipient": {
      "name": "{{ event.params.firstName }}",
      "email": "{% customer email %}",
    "group_id":"{% set key = event.params.certificationId %}{% catalogitem.certificationList(key) %}{{ catalog_result.get('accredibleid')}}{% endcatalogitem %}"
    }
  }}`;
    expect(first(body, { output: 'json' })).toMatchObject({
      code: 'accredible-group-id',
      line: 6,
      column: 5,
    });
    const better = fixed(body, { output: 'json' });
    expect(engine.check(better, { output: 'json' })).toEqual([]);
    const masked: unknown = JSON.parse(better.replaceAll(/\{%.*%\}|\{\{.*?\}\}(?=")/g, 'x'));
    expect(masked).toEqual({ credential: { recipient: { name: 'x', email: 'x' }, group_id: 'x' } });
  });
});
