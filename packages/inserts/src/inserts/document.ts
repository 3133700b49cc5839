import { lookedUp } from './looked-up.ts';

/** Prints a document by its slug. */
export const document = lookedUp({
  name: 'document',
  summary: 'The content of a document by its slug.',
  examples: ['{% document terms-of-service %}'],
  kind: 'document',
  grammar: { subject: 'word', subjectRequired: true },
  request: (slug) => ({ kind: 'document', slug }),
  nullable: false,
});
