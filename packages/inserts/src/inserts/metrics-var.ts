import { lookedUp } from './looked-up.ts';

/** The value of a metric in `metric_result`. */
export const metricsVar = lookedUp({
  name: 'metricsvar',
  summary: 'The value of a metric as metric_result.',
  examples: ['{% metricsvar metric_id:3f2a9c10 %}{{ metric_result }}{% endmetricsvar %}'],
  kind: 'metric',
  grammar: { options: [{ name: 'metric_id', required: true }] },
  idOption: 'metric_id',
  variable: 'metric_result',
  request: (id) => ({ kind: 'metric', id }),
  nullable: true,
});
