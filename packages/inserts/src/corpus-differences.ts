const minus = 'deviation unary-minus: a minus sign after {{ is kept; Jinjava takes it for whitespace control';
const forElse = 'deviation for-else: the else of a for is for an empty loop; Jinjava prints it in every turn';
const noNesting = 'deviation no-nested-rendering: a value is never rendered; Jinjava renders it in striptags';
const noReflection =
  'deviation no-reflection: only listed methods exist; Jinjava prints the address of a byte array';

/**
 * Templates of the corpus to which our answer is another one, each with the reason: a deviation of `deviations.ts`. Used by the corpus test, which fails for any difference that is not listed.
 */
export const knownDifferences: ReadonlyMap<string, string> = new Map([
  ['{{ - 10 - }}', minus],
  ['{{ -10 }}', minus],
  ['{{ - 10 }}', minus],
  ['{% for x in [] %}x{% else %}none{% endfor %}', forElse],
  ['{% for x in [1,2] %}{{x}}{% else %}E{% endfor %}', forElse],
  ['{% for x in [] %}{{x}}{% else %}E{% endfor %}', forElse],
  ['v|striptags', noNesting],
  ["{{ ''.getBytes() }}", noReflection],
  [
    "{{ objects|groupby('age') }}",
    'deviation no-reflection: a group is a dict; Jinjava prints the address of an object',
  ],
  ['{{ x is notest }}', 'deviation unknown-names: an unknown test is an error; Jinjava prints nothing'],
]);
