import { holds } from './conditions/holds.ts';
import { conditionOn, isDateOperation, nameSchema } from './conditions/operators.ts';
import { valueAt } from './conditions/value-at.ts';

/** Stands where a parameter's name does for the time of the event itself. Source: Synerise's "Specials". */
export const TIMESTAMP = 'TIMESTAMP';

/**
 * A condition on a parameter of an event, or on its time (`parameter: TIMESTAMP`, with the operators of dates). The
 * operators and their rules: `conditions/operators.ts`.
 */
export const whereSchema = conditionOn({ parameter: nameSchema })
  .refine((condition) => condition.parameter !== TIMESTAMP || isDateOperation(condition), {
    path: ['operator'],
    message: `must be one of the operators of dates for ${TIMESTAMP}`,
  })
  .meta({ id: 'Where' });

export type Where = ReturnType<(typeof whereSchema)['parse']>;

/** What conditions are asked about. */
export interface EventFacts {
  readonly params: Readonly<Record<string, unknown>>;
  /** When it happened. */
  readonly time: Date;
}

/** Whether an event satisfies every condition. A parameter that is absent equals null. */
export function satisfies(event: EventFacts, conditions: readonly Where[], now: Date): boolean {
  return conditions.every((condition) => holds(valueOf(event, condition), condition, now));
}

/** A condition that an event does not satisfy, with what the event has there; undefined: nothing. */
export interface FailedCondition {
  readonly condition: Where;
  readonly value: unknown;
}

/** The conditions that keep an event out. */
export function failedConditions(
  event: EventFacts,
  conditions: readonly Where[],
  now: Date,
): FailedCondition[] {
  return conditions
    .map((condition) => ({ condition, value: valueOf(event, condition) }))
    .filter(({ condition, value }) => !holds(value, condition, now));
}

function valueOf({ params, time }: EventFacts, { parameter }: Where): unknown {
  return parameter === TIMESTAMP ? time.toISOString() : valueAt(params, parameter);
}
