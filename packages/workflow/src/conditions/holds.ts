import { readInstant, spanAfter, spanBefore, spanOf, within } from './instant.ts';
import type { Span } from './instant.ts';
import type { DateOperation, Operation } from './operators.ts';
import { fitsPattern } from './pattern.ts';

/** Whether a value, as JSON has it, satisfies an operation. What is absent is null. */
export function holds(value: unknown, operation: Operation, now: Date): boolean {
  switch (operation.operator) {
    case 'equal':
      return value === operation.value;
    case 'not-equal':
      return value !== operation.value;
    case 'contain':
      return typeof value === 'string' && value.includes(operation.value);
    case 'not-contain':
      return !(typeof value === 'string' && value.includes(operation.value));
    case 'start-with':
      return typeof value === 'string' && value.startsWith(operation.value);
    case 'end-with':
      return typeof value === 'string' && value.endsWith(operation.value);
    case 'regex':
      return typeof value === 'string' && fitsPattern(value, operation.value);
    case 'not-regex':
      return !(typeof value === 'string' && fitsPattern(value, operation.value));
    case 'more':
      return typeof value === 'number' && value > operation.value;
    case 'more-or-equal':
      return typeof value === 'number' && value >= operation.value;
    case 'less':
      return typeof value === 'number' && value < operation.value;
    case 'less-or-equal':
      return typeof value === 'number' && value <= operation.value;
    case 'between':
      return typeof value === 'number' && value >= operation.value.from && value <= operation.value.to;
    case 'in':
      return operation.value.some((candidate) => candidate === value);
    case 'not-in':
      return operation.value.every((candidate) => candidate !== value);
    case 'null':
      return value === undefined || value === null;
    case 'not-null':
      return value !== undefined && value !== null;
    case 'is-true':
      return value === true;
    case 'is-false':
      return value === false;
    case 'array-contain':
      return Array.isArray(value) && value.includes(operation.value);
    case 'array-not-contain':
      return !(Array.isArray(value) && value.includes(operation.value));
    case 'array-contain-any':
      return Array.isArray(value) && operation.value.some((wanted) => value.includes(wanted));
    case 'array-contain-all':
      return Array.isArray(value) && operation.value.every((wanted) => value.includes(wanted));
    case 'date-before':
    case 'date-after':
    case 'date-between':
    case 'date-in-last':
    case 'date-in-next': {
      const instant = typeof value === 'string' ? readInstant(value) : undefined;
      return instant !== undefined && within(instant, spanOfDates(operation, now));
    }
  }
}

/** The span that a date operation asks for; its ends belong to it. */
export function spanOfDates(operation: DateOperation, now: Date): Span {
  switch (operation.operator) {
    case 'date-before':
      return spanOf({ to: operation.value });
    case 'date-after':
      return spanOf({ from: operation.value });
    case 'date-between':
      return spanOf(operation.value);
    case 'date-in-last':
      return spanBefore(now, operation.value);
    case 'date-in-next':
      return spanAfter(now, operation.value);
  }
}
