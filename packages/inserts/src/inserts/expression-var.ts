import { lookedUp } from './looked-up.ts';

/** The result of an expression for the profile in `expression_result`. */
export const expressionVar = lookedUp({
  name: 'expressionvar',
  summary: 'The result of an expression for the profile as expression_result.',
  examples: ['{% expressionvar 3f2a9c10 %}{{ expression_result }}{% endexpressionvar %}'],
  kind: 'expression',
  grammar: { subject: 'word', subjectRequired: true },
  variable: 'expression_result',
  request: (id) => ({ kind: 'expression', id }),
  nullable: true,
});
