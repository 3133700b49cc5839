import { loadingAttacks } from './loading-attacks.ts';

/** A template that tries to get out, to run away or to break what it is in. */
export interface Attack {
  readonly name: string;
  readonly template: string;
}

function attacks(group: string, templates: readonly string[]): Attack[] {
  return templates.map((template, at) => ({ name: `${group} ${at + 1}`, template }));
}

const big = "{% set b = 'x'|center(1000000) %}";
const loop = (body: string): string =>
  `{% for i in range(1000) %}{% for j in range(1000) %}${body}{% endfor %}{% endfor %}`;

/** Names that mean something to JavaScript and nothing to a template. */
const reach = attacks('reach', [
  "{{ ''.constructor }}",
  "{{ ''['constructor'] }}",
  "{{ [].constructor.constructor('return 1')() }}",
  "{{ [1]['constructor'] }}",
  '{{ {}.constructor }}',
  '{{ {}.__proto__ }}',
  "{{ {}['__proto__']['x'] }}",
  '{{ (1).constructor }}',
  '{{ (1.5).toFixed(2) }}',
  '{{ true.valueOf() }}',
  '{{ toString() }}',
  '{{ valueOf() }}',
  '{{ hasOwnProperty("x") }}',
  '{{ constructor("return 1")() }}',
  '{{ __proto__ }}',
  '{{ __defineGetter__("x", 1) }}',
  '{{ 1 is constructor }}',
  '{{ 1 is toString }}',
  '{{ 1|constructor }}',
  '{{ 1|__proto__ }}',
  '{{ 1|map("constructor") }}',
  '{{ [1]|map("__proto__") }}',
  '{{ [1]|select("constructor") }}',
  '{{ [{}]|selectattr("__proto__") }}',
  '{{ [{}]|map(attribute="constructor")|list }}',
  '{{ [{"a": 1}]|groupby("__proto__") }}',
  '{{ [{"a": 1}, {"a": 2}]|sort(false, false, "__proto__") }}',
  '{{ {}|attr("constructor") }}',
  '{{ ""|attr("__proto__") }}',
  '{% set __proto__ = {"polluted": 1} %}{{ polluted }}{{ {}.polluted }}',
  '{% set ns = namespace() %}{% set ns.__proto__ = {"polluted": 1} %}{{ ns.polluted }}{{ {}.polluted }}',
  '{% set d = {"__proto__": {"polluted": 1}} %}{{ d.polluted }}{{ d|tojson }}',
  `{% set d = '{"__proto__": {"polluted": 1}}'|fromjson %}{{ d.polluted }}`,
  '{% set d = {} %}{% do d.update({"__proto__": 1}) %}{{ d.get("__proto__") }}',
  '{% set d = {} %}{% do d.put("constructor", 1) %}{{ d.constructor }}',
  '{{ event.constructor }}',
  '{{ event.__proto__.polluted }}',
  '{{ event["__proto__"] }}',
  '{{ customer.get("constructor") }}',
  '{{ customer.hasOwnProperty("x") }}',
  '{% customer constructor %}',
  '{% customer __proto__ %}',
  "{% customer['__proto__'] %}",
  '{% catalogitem.constructor("x") %}{{ catalog_result.constructor }}{% endcatalogitem %}',
  '{% catalog.__proto__("__proto__").__proto__ %}',
  '{% constructor %}',
  '{% __proto__ %}',
  '{% hasownproperty x %}',
  '{{ "".getClass().forName("java.lang.Runtime") }}',
  '{{ loop.constructor }}{% for x in [1] %}{{ loop.constructor }}{{ loop.__proto__ }}{% endfor %}',
  '{% macro m() %}{% endmacro %}{{ m.constructor }}{{ m.call }}{{ m.apply() }}',
  '{% macro constructor() %}x{% endmacro %}{{ constructor() }}',
  '{{ varargs.constructor }}{{ kwargs.__proto__ }}',
  '{{ 0|strtotime }}{{ (0|timestamp_to_time).constructor }}',
  '{{ this }}{{ globalThis }}{{ process.env }}{{ require("fs") }}{{ import("fs") }}',
]);

/** What is in a value stays in the value. */
const injected = attacks('injection', [
  '{{ hostile.template }}',
  '{{ hostile.template|striptags }}',
  '{{ hostile.template|safe }}',
  '{{ hostile.template ~ "{{ 1 }}" }}',
  '{% set t %}{{ hostile.template }}{% endset %}{{ t }}',
  '{% print hostile.template %}',
]);

/** Much work from few characters. */
const work = attacks('work', [
  loop('x'),
  loop('{{ i * j }}'),
  loop("{% if 'a' == 'a' %}{% endif %}"),
  `${big}${loop('{% if b == b|trim %}{% endif %}')}`,
  `${big}${loop('{% set y = b|upper %}')}`,
  `${big}${loop("{% set y = b|replace('x', 'y') %}")}`,
  `${big}${loop("{% if 'q' in b %}{% endif %}")}`,
  `${big}${loop('{% set y = b.toUpperCase() %}')}`,
  `${big}${loop('{% set y = b|md5 %}')}`,
  `${big}{{ b|hash('SHA-512') }}`,
  `${big}${loop('{% set y = b|tojson %}')}`,
  `${big}${loop('{% set y = b|escape %}')}`,
  `${big}${loop('{{ b|length }}')}`,
  `${big}{{ b|title|reverse|capitalize|wordwrap(10)|wordcount }}`,
  `${big}{{ b|list|sort|unique|join(',') }}`,
  `${big}{{ b|regex_replace('(x+x+)+y', '') }}`,
  `${big}{{ b|regex_replace('(a|b|x)*c', '') }}`,
  `${big}{{ b.split('x') }}`,
  `${big}{{ b|truncatehtml(10) }}{{ b|striptags }}{{ b|urlize }}`,
  "{% set h = '<a'|center(90000) %}{{ h|replace(' ', '<')|striptags }}",
  "{% set h = ' '|center(20000) %}{{ h|replace(' ', '<a \"')|striptags }}",
  "{% set h = ' '|center(20000) %}{{ h|replace(' ', '<title>')|truncatehtml(5) }}",
  "{% set h = ' '|center(20000) %}{{ h|replace(' ', '&#x41')|unescape_html }}",
  "{{ ' '|center(100000)|replace(' ', 'http://a')|urlize }}",
  "{% set h = '<a'|center(900000) %}{{ h|replace(' ', '<')|striptags }}",
  "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'|regex_replace('(a*)*(a*)*(a*)*b', 'x') }}",
  "{{ 'x'|regex_replace('((((a{1,100}){1,100}){1,100}){1,100})', '') }}",
  "{{ 'x'.matches('(((((((((((((((((((((((((((((((a)))))))))))))))))))))))))))))))*') }}",
  `{{ 'x'|regex_replace('${'('.repeat(400)}', '') }}`,
  loop("{{ 0|datetimeformat('%c', 'Europe/Warsaw') }}"),
  loop("{{ '2020-01-01'|strtodate('yyyy-MM-dd') }}"),
  loop('{% set y = 2 ** 62 * 3 %}'),
  '{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}',
  '{% macro a(n) %}{{ a(n + 1) }}{% endmacro %}{{ a(0) }}',
  Array.from(
    { length: 40 },
    (_, at) => `{% macro m${at}() %}{{ m${at + 1}() }}{{ m${at + 1}() }}{% endmacro %}`,
  ).join('') + '{% macro m40() %}x{% endmacro %}{{ m0() }}',
  '{% set l = [] %}{% for i in range(1000) %}{% for j in range(1000) %}{% do l.append(i) %}{% endfor %}{% endfor %}{{ l|length }}',
  '{{ range(1000)|map("center", 100000)|join }}',
  '{{ [1]|batch(100000000, "x") }}',
  '{{ range(1000)|slice(1, "x")|length }}',
  '{% for i in range(1000) %}{% catalogitem.a(i) %}{% for j in range(1000) %}{% catalogitem.b(j ~ i) %}{% endcatalogitem %}{% endfor %}{% endcatalogitem %}{% endfor %}',
]);

/** Much memory from few characters. */
const memory = attacks('memory', [
  "{{ 'x'|center(2000000000) }}",
  "{{ 'x'|center(99999999999999999999) }}",
  "{{ ''|indent(1000000000) }}",
  "{{ 'a\nb'|indent(1000000000) }}",
  "{{ '%1000000000d'|format(1) }}",
  "{{ '%5000000s%5000000s'|format('a', 'b') }}",
  "{{ 'x'.repeat(1000000000) }}",
  '{% set s = "x" %}{% for i in range(100) %}{% set s = s ~ s %}{% endfor %}',
  '{% set ns = namespace(s="xxxxxxxx") %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s|length }}',
  '{% set ns = namespace(s="xxxxxxxx") %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s|length }}',
  "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(100) %}{% set ns.s = ns.s|replace('x', 'xx') %}{% endfor %}",
  '{% set ns = namespace(s=[1]) %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s|length }}',
  '{% set l = [1] %}{% for i in range(100) %}{% do l.extend(l) %}{% endfor %}{{ l|length }}',
  '{% set l = [] %}{% do l.append(l) %}{{ l }}',
  '{% set a = [] %}{% set b = [a, a] %}{% do a.append(b) %}{% do a.append(b) %}{{ a }}{{ a|tojson }}',
  '{% set a = [1] %}{% for i in range(60) %}{% set a = [a, a] %}{% endfor %}{{ a }}',
  '{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a, ns.a] %}{% endfor %}{{ ns.a }}',
  '{% set ns = namespace(a=[1]) %}{% for i in range(660) %}{% set ns.a = [ns.a, ns.a, ns.a] %}{% endfor %}{{ ns.a }}',
  '{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a|tojson }}',
  '{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a == ns.a|list }}{{ [ns.a, ns.a]|unique }}',
  '{% set d = {} %}{% do d.put("d", d) %}{% do d.update({"e": d}) %}{{ d }}{{ d|pprint }}',
  "{{ range(1000)|join('x'|center(1000000)) }}",
  "{{ 'aaaaaaaaaa'|replace('a', 'x'|center(1000000)) }}",
  "{{ '99999999999999999999999'|round(1000000) }}",
  "{{ '1e999999999'|add(1) }}",
  "{{ '1e1000'|multiply('1e1000')|multiply('1e1000') }}",
  '{{ 9 ** 9 ** 9 ** 9 }}',
  '{{ 1e308 * 10 }}',
  "{{ '[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[['|fromjson }}",
  "{{ ('['|center(100000))|replace(' ', '[')|fromjson }}",
]);

/** Templates that are deep or long. */
const shape = attacks('shape', [
  `{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`,
  `{{ ${'['.repeat(5000)}${']'.repeat(5000)} }}`,
  `{{ ${'{a:'.repeat(5000)}1${'}'.repeat(5000)} }}`,
  `{{ ${'-'.repeat(20_000)}1 }}`,
  `{{ ${'not '.repeat(20_000)}1 }}`,
  `{{ ${'1+'.repeat(20_000)}1 }}`,
  `{{ a${'.b'.repeat(20_000)} }}`,
  `{{ a${'|upper'.repeat(10_000)} }}`,
  `{{ ${'a if b else '.repeat(5000)}c }}`,
  '{% if 1 %}'.repeat(5000) + '{% endif %}'.repeat(5000),
  '{% for a in b %}'.repeat(5000),
  '{{ a }}'.repeat(15_000),
  '{% if %}'.repeat(15_000),
  '{{'.repeat(50_000),
  '{%'.repeat(50_000),
  '{#'.repeat(50_000),
  '{{"'.repeat(40_000),
  `{{ "${'\\n'.repeat(50_000)}" }}`,
  ' '.repeat(120_000) + '{%- if 1 -%}' + ' '.repeat(1000) + '{% endif %}',
  '{% raw %}'.repeat(10_000),
  'x'.repeat(10_000_000),
]);

export const attackTemplates: readonly Attack[] = [
  ...reach,
  ...injected,
  ...work,
  ...memory,
  ...shape,
  ...attacks('loading', loadingAttacks),
];
