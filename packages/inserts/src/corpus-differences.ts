/**
 * Templates of the corpus that come to another answer here, each with the id of the deviation (`docs/deviations.ts`)
 * that is the reason. The corpus test fails for any other difference.
 */
export const knownDifferences: ReadonlyMap<string, string> = new Map([
  ['{{ - 10 - }}', 'unary-minus'],
  ['{{ -10 }}', 'unary-minus'],
  ['{{ - 10 }}', 'unary-minus'],
  ['{% for x in [] %}x{% else %}none{% endfor %}', 'for-else'],
  ['{% for x in [1,2] %}{{x}}{% else %}E{% endfor %}', 'for-else'],
  ['{% for x in [] %}{{x}}{% else %}E{% endfor %}', 'for-else'],
  ['v|striptags', 'no-nested-rendering'],
  ["{{ ''.getBytes() }}", 'no-reflection'],
  ["{{ objects|groupby('age') }}", 'groups'],
  ['{{ x is notest }}', 'unknown-test'],
]);
