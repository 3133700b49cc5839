import type { Duration } from '../duration.ts';
import type { Operation } from './operators.ts';

/** A condition in words: `city is "London"`. `subject` is what it is about, as it is to be read. */
export function describeOperation(subject: string, operation: Operation): string {
  switch (operation.operator) {
    case 'equal':
      return `${subject} is ${quoted(operation.value)}`;
    case 'not-equal':
      return `${subject} is not ${quoted(operation.value)}`;
    case 'contain':
      return `${subject} contains ${quoted(operation.value)}`;
    case 'not-contain':
      return `${subject} does not contain ${quoted(operation.value)}`;
    case 'start-with':
      return `${subject} starts with ${quoted(operation.value)}`;
    case 'end-with':
      return `${subject} ends with ${quoted(operation.value)}`;
    case 'regex':
      return `${subject} fits /${operation.value}/`;
    case 'not-regex':
      return `${subject} does not fit /${operation.value}/`;
    case 'more':
      return `${subject} is more than ${operation.value}`;
    case 'more-or-equal':
      return `${subject} is at least ${operation.value}`;
    case 'less':
      return `${subject} is less than ${operation.value}`;
    case 'less-or-equal':
      return `${subject} is at most ${operation.value}`;
    case 'between':
      return `${subject} is from ${operation.value.from} to ${operation.value.to}`;
    case 'in':
      return `${subject} is one of ${listed(operation.value)}`;
    case 'not-in':
      return `${subject} is none of ${listed(operation.value)}`;
    case 'null':
      return `${subject} has no value`;
    case 'not-null':
      return `${subject} has a value`;
    case 'is-true':
      return `${subject} is true`;
    case 'is-false':
      return `${subject} is false`;
    case 'array-contain':
      return `the list ${subject} has ${quoted(operation.value)}`;
    case 'array-not-contain':
      return `the list ${subject} does not have ${quoted(operation.value)}`;
    case 'array-contain-any':
      return `the list ${subject} has one of ${listed(operation.value)}`;
    case 'array-contain-all':
      return `the list ${subject} has all of ${listed(operation.value)}`;
    case 'date-before':
      return `${subject} is ${operation.value} or before`;
    case 'date-after':
      return `${subject} is ${operation.value} or after`;
    case 'date-between':
      return `${subject} is from ${operation.value.from} to ${operation.value.to}`;
    case 'date-in-last':
      return `${subject} is in the last ${describeDuration(operation.value)}`;
    case 'date-in-next':
      return `${subject} is in the next ${describeDuration(operation.value)}`;
  }
}

/** `7 days`, and `day` where it is one: it stands behind "the last" or "the next". */
export function describeDuration({ amount, unit }: Duration): string {
  return amount === 1 ? unit.slice(0, -1) : `${amount} ${unit}`;
}

/** As many values as a line can take. */
const LISTED = 5;

function listed(values: readonly (string | number)[]): string {
  const more = values.length - LISTED;
  const shown = values.slice(0, LISTED).map(quoted).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function quoted(value: string | number | boolean): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}
