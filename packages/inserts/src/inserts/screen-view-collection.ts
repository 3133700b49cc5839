import { fromHost } from './from-host.ts';

/** Prints the documents of the screen view that is rendered. */
export const screenViewCollection = fromHost({
  name: 'screenviewcollection',
  summary: 'The documents of the screen view that is rendered.',
  examples: ['{% screenviewcollection %}'],
  id: 'none',
  options: [],
});
