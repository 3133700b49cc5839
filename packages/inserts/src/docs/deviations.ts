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

const context =
  'With x = 5, name = `{{ 1 }}`, rows = [{a: 1}], and the templates `self`, `lib`, `base`, `mid` of `src/docs/deviations.ts`.';

export const deviationContext = { x: 5, name: '{{ 1 }}', rows: [{ a: 1 }], big: '<b>a</b>' } as const;
export const deviationContextText = context;

/** The templates that the ones below load. */
export const deviationTemplates: ReadonlyMap<string, string> = new Map([
  ['self', "[{% include 'self' %}]"],
  ['lib', '{% set unit = "kg" %}'],
  ['base', '{% block a %}1{% endblock %}'],
  ['mid', "{% extends 'base' %}{% block a %}2{{ super() }}{% endblock %}"],
]);

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
    id: 'whole-numbers',
    template: '{% for i in [7] %}{{ type(i) }} {{ type(loop.index) }}{% endfor %}',
    jinjava: 'long int',
    ours: 'long long',
    why: 'There is one kind of whole number, of 64 bits; Java has two, and Jinjava mixes them by where a number came from.',
  },
  {
    id: 'shortest-digits',
    template: '{{ 9223372036854775807 / 2 }}',
    jinjava: '4.6116860184273879E18',
    ours: '4.611686018427388E18',
    why: 'Floating-point prints with the fewest digits that mean it, as Java does from version 19 on.',
  },
  {
    id: 'cycle-spaces',
    template: "{% cycle 'a', 'b' %}",
    jinjava: '(an error: it must have 1 or 3 words)',
    ours: 'a',
    why: 'A space after a comma means nothing.',
  },
  {
    id: 'include-words',
    template: "{% include 'lib' ignore missing %}",
    jinjava: '(as without the words)',
    ours: 'error: syntax',
    why: 'Words that would be passed over are not what was meant.',
  },
  {
    id: 'load-cycle',
    template: "a{% include 'self' %}",
    jinjava: 'a[] (and a warning on a list)',
    ours: 'error: template-cycle',
    why: 'As every error it ends the rendering.',
  },
  {
    id: 'unknown-import',
    template: "{% from 'lib' import unti %}[{{ unti }}]",
    jinjava: '[]',
    ours: 'error: unknown-import',
    why: 'A misspelt name is found.',
  },
  {
    id: 'block-order',
    template: '{% block a %}[{{ y }}]{% endblock %}{% set y = 1 %}',
    jinjava: '[1]',
    ours: '[]',
    why: 'A block is rendered where it stands, so it also works in a loop; Jinjava fills blocks in at the very end.',
  },
  {
    id: 'super-chain',
    template: "{% extends 'mid' %}{% block a %}3{{ super() }}{% endblock %}",
    jinjava: '(recursion without end)',
    ours: '321',
    why: 'super() goes down one body at a time; Jinjava calls the second one again and again.',
  },
  {
    id: 'yaml-references',
    template: "{{ 'a: &n 1\\nb: *n'|fromyaml }}",
    jinjava: '(a value for a, a text for b)',
    ours: 'error: type',
    why: 'Anchors, aliases, tags and complex keys of YAML are refused: a short text must not stand for a huge value.',
  },
  {
    id: 'ip-filters-copy',
    template: "{% set d = {'a': '::', 'b': 'x'} %}{{ d|ipaddr }}{{ d }}",
    jinjava: '{a=::}{a=::}',
    ours: '{a=::}{a=::, b=x}',
    why: 'A filter does not change what it is given.',
  },
  {
    id: 'dict-pairs',
    template: "{% for k, v in {'a': 1} %}{{ k }}={{ v }};{% endfor %}",
    jinjava: '=;',
    ours: 'a=1;',
    why: 'Two variables for a dict mean its pairs, as with .items(); Jinjava takes its values apart, and finds nothing.',
  },
  {
    id: 'dict-unpacking',
    template: '{% for a, b in rows %}{{ a }};{% endfor %}',
    jinjava: ';',
    ours: '1;',
    why: 'Several variables take the members of those names from a dict, as they take the properties of a Java object.',
  },
  {
    id: 'dict-order',
    template: "{{ {'b': 1} + {'a': 2} }}",
    jinjava: '{a=2, b=1}',
    ours: '{b=1, a=2}',
    why: 'A dict keeps the order of its keys; the sum of two has the order of a hash table in Java.',
  },
  {
    id: 'whole-numbers-in-sets',
    template: '{{ [x]|intersect([5]) }}',
    jinjava: '[]',
    ours: '[5]',
    why: 'A number of the input is an int in Java, one of the template a long; here they are the same 5.',
  },
  {
    id: 'identity',
    template: '{{ name is sameas name }} {{ x is sameas 5 }}',
    jinjava: 'true false',
    ours: 'true true',
    why: 'Values without parts are the same if they are equal; Java asks whether they are one object.',
  },
  {
    id: 'filter-and-test',
    template: "{{ 'a'|upper is upper }} {{ [1, 2,] }} {{ (x,) }}",
    jinjava: '(parse errors)',
    ours: 'true [1, 2] [5]',
    why: 'As in Jinja a test may follow a filter, and a comma the last element.',
  },
  {
    id: 'tuples',
    template: '{% set pair = (1, 2) %}{% do pair.append(3) %}{{ pair }}',
    jinjava: '[1, 2] (and an error on a list)',
    ours: '[1, 2, 3]',
    why: 'A list in round brackets is a list like any other.',
  },
  {
    id: 'list-copy',
    template: '{% set copy = [1].copy() %}{% do copy.append(2) %}{{ copy }}',
    jinjava: '(an error: the copy may hold no elements)',
    ours: '[1, 2]',
    why: 'A copy has the limits of any list.',
  },
  {
    id: 'change-in-loop',
    template: '{% set l = [1] %}{% for a in l %}{% do l.append(2) %}{% endfor %}{{ l }}',
    jinjava: '(an error: the list is in a loop)',
    ours: '[1, 2]',
    why: 'A loop goes over the elements that the list had when it began.',
  },
  {
    id: 'reversed-lists',
    template: "{{ ['b', 'a']|reverse }}",
    jinjava: '[Ljava.lang.Object;@429bffaa',
    ours: '[a, b]',
    why: 'Jinjava prints the address of an array.',
  },
  {
    id: 'format-whole-numbers',
    template: "{{ '%.1f'|format(5) }}",
    jinjava: '(an error)',
    ours: '5.0',
    why: 'A whole number can be shown with digits behind the point.',
  },
  {
    id: 'roots-of-texts',
    template: "{{ '2'|root }} {{ 2|root }}",
    jinjava: '1.4142135623730950488016887242096980785696718753769 1.4142135623730951',
    ours: '1.4142135623730951 1.4142135623730951',
    why: 'Roots and logarithms of texts have the precision of those of numbers; Jinjava gives 50 digits.',
  },
  {
    id: 'locale-texts',
    template: "{{ 0|format_datetime('long', 'UTC', 'sv') }}",
    jinjava: '1 januari 1970 00:00:00 UTC',
    ours: '1 januari 1970 kl. 00:00:00 UTC',
    why: 'What a locale writes comes from the Unicode data of the machine, which is newer than that of Java 17.',
  },
  {
    id: 'locale-names',
    template: "{{ 0|format_date('short', 'UTC', 'de_AT') }} {{ 0|format_date('short', 'UTC', 'x') }}",
    jinjava: '(errors)',
    ours: '01.01.70 1/1/70',
    why: 'An underscore is as good as a dash, and what is no locale means English.',
  },
  {
    id: 'far-dates',
    template: "{{ 9000000000000000|format_date('y') }}",
    jinjava: '287168',
    ours: 'error: date-range',
    why: 'Dates end with the year 275760.',
  },
  {
    id: 'base64-of-lists',
    template: "{{ ['a']|b64encode }}",
    jinjava: 'WydhJ10=',
    ours: 'W2Fd',
    why: 'A list is encoded as it prints; Jinjava quotes its texts here and nowhere else.',
  },
];
