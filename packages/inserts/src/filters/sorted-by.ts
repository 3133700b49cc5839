import type { Runtime } from '../runtime/runtime.ts';
import { compare, compareTexts } from '../values/comparison.ts';
import { textOf } from '../values/convert.ts';
import { isNumber } from '../values/numbers.ts';
import { DateTime } from '../values/value.ts';
import type { Value } from '../values/value.ts';

function comparable(value: Value): boolean {
  return textOf(value) !== undefined || isNumber(value) || typeof value === 'boolean';
}

/** Ignores capitals one character at a time, as Java does. */
function compareIgnoringCase(a: string, b: string): number {
  return compareTexts(a.toUpperCase().toLowerCase(), b.toUpperCase().toLowerCase());
}

/**
 * The elements in the order of their keys. Keys must be of one kind; lists and dicts are all alike. Elements without
 * a key are an error, or with `lenient` like any other. A single element is never asked for its key.
 */
export function sortedBy(
  items: readonly Value[],
  keyOf: (item: Value) => Value,
  reverse: boolean,
  caseSensitive: boolean,
  rt: Runtime,
  lenient = false,
): Value[] {
  if (items.length < 2) return [...items];
  const keyed = items.map((item) => {
    const key = keyOf(item);
    if (key === null && !lenient)
      rt.fail('type', 'sort finds an element that is null or has no such attribute.');
    return { item, key };
  });
  // the work of sorting, counted beforehand: a comparison cannot stop it
  rt.steps(Math.ceil(items.length * Math.log2(items.length + 1)));
  keyed.sort((a, b) => {
    const order = compareKeys(a.key, b.key, caseSensitive, rt, lenient);
    return reverse ? -order : order;
  });
  return keyed.map(({ item }) => item);
}

function compareKeys(a: Value, b: Value, caseSensitive: boolean, rt: Runtime, lenient: boolean): number {
  if (a === null || b === null) return 0;
  const left = textOf(a);
  const right = textOf(b);
  if (left !== undefined && right !== undefined) {
    return caseSensitive ? compareTexts(left, right) : compareIgnoringCase(left, right);
  }
  const alike =
    (isNumber(a) && isNumber(b)) ||
    (typeof a === 'boolean' && typeof b === 'boolean') ||
    (a instanceof DateTime && b instanceof DateTime);
  if (alike) return compare(a, b, rt);
  if (!lenient && comparable(a) && comparable(b)) rt.fail('type', 'sort finds elements of different kinds.');
  return 0;
}
