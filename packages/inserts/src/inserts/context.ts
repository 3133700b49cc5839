import { lookedUp } from './looked-up.ts';

/** Prints a field of the context in which the profile is. */
export const context = lookedUp({
  name: 'context',
  summary: 'A field of the context.',
  examples: ['{% context 42 %}'],
  kind: 'context-field',
  grammar: { subject: 'word', subjectRequired: true },
  request: (id) => ({ kind: 'context-field', id }),
  nullable: true,
});
