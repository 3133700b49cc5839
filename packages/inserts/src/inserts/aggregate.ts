import { lookedUp } from './looked-up.ts';

/** The result of an aggregate for the profile, a list, in `aggregate_result`. */
export const aggregate = lookedUp({
  name: 'aggregate',
  summary: 'The result of an aggregate for the profile as the list aggregate_result.',
  examples: ['{% aggregate 3f2a9c10 %}{{ aggregate_result[0] }}{% endaggregate %}'],
  kind: 'aggregate',
  grammar: { subject: 'word', subjectRequired: true },
  variable: 'aggregate_result',
  request: (id) => ({ kind: 'aggregate', id }),
  nullable: true,
});
