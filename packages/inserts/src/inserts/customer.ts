import type { InsertDefinition } from '../insert-definition.ts';

/** Prints an attribute of the profile; a missing one ends the rendering, unlike `{{ customer.x }}`. */
export const customer: InsertDefinition = {
  name: 'customer',
  summary: 'An attribute of the profile; without it nothing is sent.',
  examples: ['{% customer email %}', '{% customer.email %}', "{% customer['email'] %}"],
  grammar: { subject: 'any', subjectRequired: true, args: 0, column: false, options: [], body: 'none' },
  variables: [],
  needs(call, needs) {
    needs.requiredAttribute(call.subject);
  },
  evaluate(call, host) {
    const value = host.lookup('customer', call.subject);
    if (value !== null && value !== '') return { kind: 'value', value };
    const message = `The profile has no attribute ${JSON.stringify(call.subject)}.`;
    return { kind: 'skip', code: 'attribute-missing', message };
  },
};
