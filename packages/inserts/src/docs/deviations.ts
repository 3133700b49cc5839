/** Where the engine gives another answer than Jinjava 2.8.3 on purpose. Each has a test. */
export interface Deviation {
  readonly id: string;
  readonly template: string;
  /** What Jinjava prints. */
  readonly jinjava: string;
  /** What this engine prints; for an error its code, as `error: code`. */
  readonly ours: string;
  readonly why: string;
}

const context = 'With x = 5, name = `{{ 1 }}`, rows = [{a: 1}].';

export const deviationContext = { x: 5, name: '{{ 1 }}', rows: [{ a: 1 }], big: '<b>a</b>' } as const;
export const deviationContextText = context;

export const deviations: readonly Deviation[] = [
  {
    id: 'unary-minus',
    template: '{{ -x }}',
    jinjava: '5',
    ours: '-5',
    why: 'Jinjava takes any minus sign after {{ for whitespace control and drops it.',
  },
  {
    id: 'minus-test',
    template: '{{ -1 is number }}',
    jinjava: 'true',
    ours: 'true',
    why: 'A test asks about the negative number; Jinjava would negate the answer of the test, had it kept the sign.',
  },
  {
    id: 'plus-digit',
    template: '{{ 1+1 }} {{ x+1 }}',
    jinjava: '(parse errors)',
    ours: '2 6',
    why: "Jinjava's scanner reads +1 as an operator of its own.",
  },
  {
    id: 'expression-dash',
    template: 'a {{- x -}} b',
    jinjava: 'a 5 b',
    ours: 'a 5 b',
    why: 'The same, but said: the dashes of {{- -}} do nothing, and the check warns of them.',
  },
  {
    id: 'for-else',
    template:
      '{% for i in [1, 2] %}{{ i }}{% else %}none{% endfor %}|{% for i in [] %}{% else %}none{% endfor %}',
    jinjava: '1none2none|',
    ours: '12|none',
    why: 'Jinjava prints the else in every turn and never for an empty loop; the check warns of it.',
  },
  {
    id: 'unknown-filter',
    template: '{{ x|nope }}',
    jinjava: '',
    ours: 'error: unknown-filter',
    why: 'A misspelt filter is found when the template is saved; Jinjava silently prints nothing.',
  },
  {
    id: 'unknown-test',
    template: '{{ x is nope }}',
    jinjava: '',
    ours: 'error: unknown-test',
    why: 'As for filters.',
  },
  {
    id: 'errors-end',
    template: 'a{{ true + 1 }}b',
    jinjava: 'ab (and an error on a list)',
    ours: 'error: type',
    why: 'An error ends the rendering with its place; Jinjava prints the rest, and a request with a hole goes out.',
  },
  {
    id: 'unclosed',
    template: 'a {{ x',
    jinjava: 'a {{ x',
    ours: 'error: unclosed-token',
    why: 'What is never closed was not meant as text.',
  },
  {
    id: 'no-nested-rendering',
    template: '{{ name }}{{ name|striptags }}',
    jinjava: '{{ 1 }}1',
    ours: '{{ 1 }}{{ 1 }}',
    why: 'A value is data: whatever it contains is never rendered.',
  },
  {
    id: 'no-reflection',
    template: "{{ ''.getBytes() }}",
    jinjava: '[B@1d483de4',
    ours: 'error: unknown-method',
    why: 'Methods are those of a list, not all that Java has by reflection.',
  },
  {
    id: 'groups',
    template: "{{ rows|groupby('a') }}",
    jinjava: '[com.hubspot.jinjava.lib.filter.GroupByFilter$Group@c9d0d6]',
    ours: '[{grouper=1, grouperObject=1, list=[{a=1}]}]',
    why: 'A group is a dict; its fields are the same.',
  },
  {
    id: 'braces',
    template: "{{ {'a': {'b': 1}}.a }}",
    jinjava: '(a parse error)',
    ours: '{b=1}',
    why: 'A brace opened inside of {{ }} closes first.',
  },
  {
    id: 'decimal-digits',
    template: '{{ [0.1, 0.2]|sum }} {{ 0.1|multiply(3) }}',
    jinjava: '0.3000000000000000166533453693773481063544750213623046875 (and the like)',
    ours: '0.3 0.3',
    why: 'Decimal filters take the digits that a number is written with, not its 50 binary ones.',
  },
  {
    id: 'lists-of-entries',
    template: "{% for pair in {'a': 1}.items() %}{{ pair[0] }}{{ pair.value }}{% endfor %}",
    jinjava: '1',
    ours: 'a1',
    why: 'An entry of a dict is also a pair.',
  },
  {
    id: 'loop-depth',
    template: '{% for i in [1] %}{{ loop.depth }}{% for j in [1] %}{{ loop.depth }}{% endfor %}{% endfor %}',
    jinjava: '11',
    ours: '12',
    why: 'The depth is that of the loop; Jinjava never counts it.',
  },
  {
    id: 'no-loading',
    template: '{% include "x" %}',
    jinjava: '(the template x)',
    ours: 'error: unknown-tag',
    why: 'There is nothing to include, import or extend: snippets are an insert.',
  },
];
