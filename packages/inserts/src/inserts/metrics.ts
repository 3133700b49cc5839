import { lookedUp } from './looked-up.ts';

/** Prints the value of a metric. */
export const metrics = lookedUp({
  name: 'metrics',
  summary: 'The value of a metric.',
  examples: ['{% metrics %} 3f2a9c10 {% endmetrics %}'],
  kind: 'metric',
  grammar: { body: 'subject' },
  request: (id) => ({ kind: 'metric', id }),
  nullable: true,
});
