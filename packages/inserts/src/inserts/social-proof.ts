import { fromHost } from './from-host.ts';

/** Prints the value of a metric about the item that is looked at. */
export const socialProof = fromHost({
  name: 'socialproof',
  summary: 'The value of a metric about the item that is looked at.',
  examples: ['{% socialproof %} 3f2a9c10 {% endsocialproof %}'],
  id: 'body',
  options: [],
});
