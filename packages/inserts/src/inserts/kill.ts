import type { InsertDefinition } from '../insert-definition.ts';

/** Ends the rendering: nothing is sent. */
export const kill: InsertDefinition = {
  name: 'kill',
  summary: 'Ends the rendering: nothing is sent.',
  examples: ['{% if not customer.email %}{% kill %}{% endif %}'],
  grammar: { subject: 'none', subjectRequired: false, args: 0, column: false, options: [], body: 'none' },
  variables: [],
  needs() {
    // reads nothing
  },
  evaluate: () => ({ kind: 'skip', code: 'killed', message: 'The template ended itself with {% kill %}.' }),
};
