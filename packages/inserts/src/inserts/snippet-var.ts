import { lookedUp } from './looked-up.ts';

/** The text of a snippet in `snippet_result`. */
export const snippetVar = lookedUp({
  name: 'snippetvar',
  summary: 'The text of a snippet as snippet_result; inserts inside of it are not rendered.',
  examples: [
    '{% snippetvar id=7c9e6679-7425-40de-944b-e07fc1f90ae7 %}{{ snippet_result }}{% endsnippetvar %}',
  ],
  kind: 'snippet',
  grammar: { options: [{ name: 'id', required: true }] },
  idOption: 'id',
  variable: 'snippet_result',
  request: (id) => ({ kind: 'snippet', id }),
  nullable: false,
});
