import { Dict } from './dict.ts';
import { List } from './list.ts';
import type { Value } from './value.ts';

/** What a loop over a value runs through: elements of a list, values of a dict, nothing of null, else the value. */
export function elementsOf(value: Value): readonly Value[] {
  if (value === null) return [];
  if (value instanceof List) return value.items;
  return value instanceof Dict ? [...value.asMap().values()] : [value];
}
