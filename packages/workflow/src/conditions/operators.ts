import { z } from 'zod';

import { durationSchema, instantSchema, readInstant } from './instant.ts';
import { readPattern } from './pattern.ts';

/** What the database can store and take as a value: no NUL, no half of a surrogate pair. */
const storable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();
const text = z.string().max(2_000).refine(storable, 'holds a NUL or half of a surrogate pair');
const number = z.number();
const scalar = z.union([text, number, z.boolean()], 'must be a text, a number or a boolean');
const list = z
  .array(z.union([text, number], 'must be a text or a number'))
  .min(1)
  .max(1_000);
const pattern = text.superRefine((source, context) => {
  const outcome = readPattern(source);
  if (outcome.kind === 'invalid') context.addIssue({ code: 'custom', message: outcome.message });
});
const numbers = z
  .strictObject({ from: number, to: number })
  .refine(({ from, to }) => from <= to, 'must lead from the lower to the higher number');
const instants = z
  .strictObject({ from: instantSchema, to: instantSchema })
  .refine(
    ({ from, to }) => (readInstant(from)?.getTime() ?? 0) <= (readInstant(to)?.getTime() ?? 0),
    'must lead from the earlier to the later time',
  );

/** Levels that a dotted name leads into. */
const MAX_PARTS = 10;

/** The name of an attribute or a parameter; a dot leads into what it holds. */
export const nameSchema = z
  .string()
  .min(1)
  .max(255)
  .refine(storable, 'holds a NUL or half of a surrogate pair')
  .refine((name) => name.split('.').length <= MAX_PARTS, `has more than ${MAX_PARTS} parts`);

/**
 * A condition on a value: what is compared (`subject`), an operator and, for most, a value. One list for parameters of
 * events and attributes of profiles. A value has to be of the type that the operator declares: the string "5" is not
 * the number 5, and is in no order with it. An operator with `not` is the exact opposite of the one without.
 */
export function conditionOn<Subject extends z.core.$ZodShape>(subject: Subject) {
  return z.discriminatedUnion('operator', [
    z.strictObject({ ...subject, operator: z.enum(['equal', 'not-equal']), value: scalar }),
    z.strictObject({
      ...subject,
      operator: z.enum(['contain', 'not-contain', 'start-with', 'end-with']),
      value: text,
    }),
    z.strictObject({ ...subject, operator: z.enum(['regex', 'not-regex']), value: pattern }),
    z.strictObject({
      ...subject,
      operator: z.enum(['more', 'more-or-equal', 'less', 'less-or-equal']),
      value: number,
    }),
    z.strictObject({ ...subject, operator: z.literal('between'), value: numbers }),
    z.strictObject({ ...subject, operator: z.enum(['in', 'not-in']), value: list }),
    z.strictObject({
      ...subject,
      operator: z.enum(['null', 'not-null', 'is-true', 'is-false']),
    }),
    z.strictObject({
      ...subject,
      operator: z.enum(['array-contain', 'array-not-contain']),
      value: scalar,
    }),
    z.strictObject({
      ...subject,
      operator: z.enum(['array-contain-any', 'array-contain-all']),
      value: list,
    }),
    z.strictObject({ ...subject, operator: z.enum(['date-before', 'date-after']), value: instantSchema }),
    z.strictObject({ ...subject, operator: z.literal('date-between'), value: instants }),
    z.strictObject({
      ...subject,
      operator: z.enum(['date-in-last', 'date-in-next']),
      value: durationSchema,
    }),
  ]);
}

const operation = conditionOn({});

/** An operator with its value, whatever it is about. */
export type Operation = z.infer<typeof operation>;
export type Operator = Operation['operator'];
export type DateOperation = Extract<Operation, { operator: `date-${string}` }>;

export function isDateOperation(operation: Operation): operation is DateOperation {
  return operation.operator.startsWith('date-');
}
