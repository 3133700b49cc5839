/** A part of a dotted name that can be the place in a list, counted from 0. */
export const LIST_PLACE = /^(?:0|[1-9][0-9]{0,8})$/;

/**
 * The value of that very name, else the nested one that a dotted name leads to, through objects by their own
 * properties and through lists by the place. Undefined where there is none.
 */
export function valueAt(values: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(values, name)) return values[name];
  let value: unknown = values;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    if (Array.isArray(value) && !LIST_PLACE.test(part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}
