import type { FilterDefinition } from '../library.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { elementsOf } from '../values/elements.ts';
import { List } from '../values/list.ts';
import type { Value } from '../values/value.ts';
import { requiredArgument } from './arguments.ts';
import { identityKey } from './identity-key.ts';

type Keyed = ReadonlyMap<string, Value>;

function keyed(value: Value, rt: Runtime): Keyed {
  const items = elementsOf(value);
  rt.steps(items.length);
  const found = new Map<string, Value>();
  for (const item of items) {
    const key = identityKey(item, rt);
    if (!found.has(key)) found.set(key, item);
  }
  return found;
}

function without(items: Keyed, other: Keyed): Value[] {
  return Array.from(items).flatMap(([key, item]) => (other.has(key) ? [] : [item]));
}

function setFilter(
  name: string,
  summary: string,
  combine: (items: Keyed, other: Keyed) => Value[],
): FilterDefinition {
  return {
    name,
    summary,
    params: ['list'],
    naming: 'appended',
    required: 1,
    keepsSafe: true,
    apply(input, args, rt) {
      const result = combine(keyed(input, rt), keyed(requiredArgument(args, 0, 'a list', rt), rt));
      rt.checkList(result.length);
      return new List(result);
    },
  };
}

/** Lists as sets: no element twice, in the order of the first list. */
export const setFilters: readonly FilterDefinition[] = [
  setFilter('union', 'The elements of either list.', (items, other) => [
    ...items.values(),
    ...without(other, items),
  ]),
  setFilter('intersect', 'The elements of both lists.', (items, other) =>
    Array.from(items).flatMap(([key, item]) => (other.has(key) ? [item] : [])),
  ),
  setFilter('difference', 'The elements of the first list only.', without),
  setFilter('symmetric_difference', 'The elements of exactly one of the lists.', (items, other) => [
    ...without(items, other),
    ...without(other, items),
  ]),
];
