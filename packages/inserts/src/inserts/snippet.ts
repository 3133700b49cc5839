import { lookedUp } from './looked-up.ts';

/** Prints a snippet. Its text is data: inserts inside of it are not rendered. */
export const snippet = lookedUp({
  name: 'snippet',
  summary: 'The text of a snippet; inserts inside of it are not rendered.',
  examples: ['{% snippet 7c9e6679-7425-40de-944b-e07fc1f90ae7 %}'],
  kind: 'snippet',
  grammar: { subject: 'word', options: [{ name: 'id' }] },
  idOption: 'id',
  request: (id) => ({ kind: 'snippet', id }),
  nullable: false,
});
