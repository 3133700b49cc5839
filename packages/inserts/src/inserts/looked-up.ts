import type { DataRequestBody } from '../data.ts';
import type { InsertDefinition, InsertGrammar, InsertOutcome } from '../insert-definition.ts';

interface LookedUp {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly string[];
  /** What the value is called, in messages and in `Needs.ids`. */
  readonly kind: string;
  readonly grammar: Partial<InsertGrammar>;
  /** The option that carries the id; without it the subject does. */
  readonly idOption?: string;
  /** The variable of the body; without it the value is printed. */
  readonly variable?: string;
  request(id: string, options: ReadonlyMap<string, unknown>, ordinal: () => number): DataRequestBody;
  /** True if a missing value is null instead of a reason to send nothing. */
  readonly nullable: boolean;
}

/** An insert that asks for one value by its id and prints it or shows it to its body. */
export function lookedUp(definition: LookedUp): InsertDefinition {
  const { kind, variable, idOption } = definition;
  const idOf = (subject: string, options: ReadonlyMap<string, unknown>) =>
    idOption !== undefined && options.has(idOption) ? String(options.get(idOption)) : subject;
  return {
    name: definition.name,
    summary: definition.summary,
    examples: definition.examples,
    grammar: {
      subject: 'none',
      subjectRequired: false,
      args: 0,
      column: false,
      options: [],
      body: variable === undefined ? 'none' : 'template',
      ...definition.grammar,
    },
    variables: variable === undefined ? [] : [variable],
    needs(call, needs) {
      const option = idOption === undefined ? undefined : call.options.get(idOption);
      needs.id(kind, typeof option === 'string' ? option : call.subject);
    },
    evaluate(call, host): InsertOutcome {
      const id = idOf(call.subject, call.options);
      if (id === '') return { kind: 'fail', code: 'insert-id', message: `${definition.name} needs an id.` };
      const answer = host.data(definition.request(id, call.options, () => host.nextOrdinal()));
      if (answer === undefined) return { kind: 'pending' };
      if (answer.kind !== 'found' && !definition.nullable) {
        return {
          kind: 'skip',
          code: `${kind}-missing`,
          message: `There is no ${kind} ${JSON.stringify(id)}.`,
        };
      }
      const value = answer.kind === 'found' ? answer.value : null;
      return variable === undefined
        ? { kind: 'value', value }
        : { kind: 'body', variables: { [variable]: value } };
    },
  };
}
