import type {
  InsertCall,
  InsertDefinition,
  InsertOptionGrammar,
  InsertOutcome,
} from '../insert-definition.ts';

interface FromHost {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly string[];
  /** What the id is: an option, the text of the body, or nothing, since there is only one. */
  readonly id: { readonly option: string } | 'body' | 'none';
  readonly options: readonly string[];
  /** The variables that the body sees, by what the answer calls them; without any the answer is printed. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly print?: 'json' | 'markup';
}

/**
 * An insert whose data is made by the host alone: it asks for `{ kind: 'host', name, id, options }`. Where the host has
 * nothing, nothing is sent, with the reason.
 */
export function fromHost(definition: FromHost): InsertDefinition {
  const { name, id: source, variables } = definition;
  const options = definition.options.map((option): InsertOptionGrammar => ({
    name: option,
    resolves: true,
    required: typeof source === 'object' && source.option === option,
  }));
  const idOption = typeof source === 'object' ? source.option : null;
  return {
    name,
    summary: definition.summary,
    examples: definition.examples,
    grammar: {
      subject: 'none',
      subjectRequired: false,
      args: 0,
      column: false,
      options,
      body:
        source === 'body'
          ? 'subject'
          : variables === undefined && definition.print !== 'json'
            ? 'none'
            : 'template',
    },
    variables: Object.keys(variables ?? {}),
    needs(call, needs) {
      const option = idOption === null ? undefined : call.options.get(idOption);
      needs.id(name, idOption === null ? call.subject : typeof option === 'string' ? option : undefined);
    },
    evaluate(call, host): InsertOutcome {
      const id = idOption === null ? call.subject : host.text(call.options.get(idOption));
      if (id === '' && source !== 'none') {
        const what = idOption ?? 'a text';
        return { kind: 'fail', code: 'insert-id', message: `${name} needs ${what}, but it is empty.` };
      }
      const answer = host.data({ kind: 'host', name, id, ...otherOptions(call, idOption) });
      if (answer === undefined) return { kind: 'pending' };
      if (answer.kind !== 'found') {
        const which = id === '' ? '' : ` for ${JSON.stringify(id)}`;
        return {
          kind: 'skip',
          code: `${name}-missing`,
          message: `There is nothing to insert as ${name}${which}.`,
        };
      }
      if (variables !== undefined) return { kind: 'body', variables: variablesOf(answer.value, variables) };
      const { print } = definition;
      return { kind: 'value', value: answer.value, ...(print === undefined ? {} : { print }) };
    },
  };
}

function otherOptions(
  call: InsertCall,
  idOption: string | null,
): { readonly options?: Readonly<Record<string, unknown>> } {
  const others = [...call.options].filter(([option]) => option !== idOption);
  if (others.length === 0) return {};
  return { options: Object.fromEntries(others.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** The parts of an answer; one that is no object is the first variable. */
function variablesOf(value: unknown, names: Readonly<Record<string, string>>): Record<string, unknown> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const parts = new Map<string, unknown>(isObject ? Object.entries(value) : []);
  const pairs = Object.entries(names).map(
    ([variable, part], at) =>
      [variable, isObject ? (parts.get(part) ?? null) : at === 0 ? value : null] as const,
  );
  return Object.fromEntries(pairs);
}
