import { fromHost } from './from-host.ts';

/** Prints the link of its body as one whose clicks are counted. */
export const prepareLink = fromHost({
  name: 'preparelink',
  summary: 'The link as one whose clicks are counted.',
  examples: ['{% preparelink %}https://example.org/{{ event.params.page }}{% endpreparelink %}'],
  id: 'body',
  options: [],
});
