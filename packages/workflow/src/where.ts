import { z } from 'zod';

const text = z.string();
const number = z.number();

/**
 * A condition on a parameter of an event. Types are compared as the operator's group declares them: the string "5"
 * is not the number 5.
 */
export const whereSchema = z
  .discriminatedUnion('operator', [
    z.strictObject({
      parameter: text.min(1),
      operator: z.enum(['equal', 'not-equal']),
      value: z.union([text, number, z.boolean()]),
    }),
    z.strictObject({
      parameter: text.min(1),
      operator: z.enum(['contain', 'not-contain', 'start-with', 'end-with']),
      value: text,
    }),
    z.strictObject({
      parameter: text.min(1),
      operator: z.enum(['more', 'more-or-equal', 'less', 'less-or-equal']),
      value: number,
    }),
    z.strictObject({
      parameter: text.min(1),
      operator: z.enum(['in', 'not-in']),
      value: z.array(z.union([text, number])).min(1),
    }),
    z.strictObject({ parameter: text.min(1), operator: z.enum(['null', 'not-null']) }),
  ])
  .meta({ id: 'Where' });

export type Where = z.infer<typeof whereSchema>;

/** Whether the parameters satisfy every condition. A parameter that is absent equals null. */
export function satisfies(params: Readonly<Record<string, unknown>>, conditions: readonly Where[]): boolean {
  return conditions.every((condition) => holds(parameter(params, condition.parameter), condition));
}

/** The parameter of that very name, else the nested one that a dotted name leads to. Own properties only. */
function parameter(params: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(params, name)) return params[name];
  let value: unknown = params;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

function holds(value: unknown, condition: Where): boolean {
  switch (condition.operator) {
    case 'equal':
      return value === condition.value;
    case 'not-equal':
      return value !== condition.value;
    case 'contain':
      return typeof value === 'string' && value.includes(condition.value);
    case 'not-contain':
      return !(typeof value === 'string' && value.includes(condition.value));
    case 'start-with':
      return typeof value === 'string' && value.startsWith(condition.value);
    case 'end-with':
      return typeof value === 'string' && value.endsWith(condition.value);
    case 'more':
      return typeof value === 'number' && value > condition.value;
    case 'more-or-equal':
      return typeof value === 'number' && value >= condition.value;
    case 'less':
      return typeof value === 'number' && value < condition.value;
    case 'less-or-equal':
      return typeof value === 'number' && value <= condition.value;
    case 'in':
      return condition.value.some((candidate) => candidate === value);
    case 'not-in':
      return condition.value.every((candidate) => candidate !== value);
    case 'null':
      return value === undefined || value === null;
    case 'not-null':
      return value !== undefined && value !== null;
  }
}
