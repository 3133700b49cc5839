import { lookedUp } from './looked-up.ts';

/** Prints the result of an expression for the profile. */
export const expression = lookedUp({
  name: 'expression',
  summary: 'The result of an expression for the profile.',
  examples: ['{% expression %} 3f2a9c10 {% endexpression %}'],
  kind: 'expression',
  grammar: { body: 'subject' },
  request: (id) => ({ kind: 'expression', id }),
  nullable: true,
});
