import type { Runtime } from '../runtime/runtime.ts';
import { textOf } from '../values/convert.ts';
import { Dict } from '../values/dict.ts';
import { List } from '../values/list.ts';
import { isInteger, isNumber, toFloat } from '../values/numbers.ts';
import { print } from '../values/print.ts';
import type { Value } from '../values/value.ts';

/** A text that is the same for values which Java calls equal: of one kind, with one content. */
export function identityKey(value: Value, rt: Runtime, depth = 0): string {
  rt.step();
  if (value === null) return 'n';
  const text = textOf(value);
  if (text !== undefined) return `s${text.length}:${text}`;
  if (isNumber(value)) return isInteger(value) ? `i${value}` : `f${toFloat(value)}`;
  if (typeof value === 'boolean') return `b${value}`;
  // what contains itself is not worth telling apart
  if (depth > 32) return 'd';
  if (value instanceof List) {
    const key = `l[${value.items.map((item) => identityKey(item, rt, depth + 1)).join()}]`;
    rt.checkString(key.length);
    return key;
  }
  if (!(value instanceof Dict)) return `o${print(value, rt)}`;
  const parts = Array.from(
    value.asMap(),
    ([name, item]) => `${name.length}:${name}=${identityKey(item, rt, depth + 1)}`,
  );
  const key = `m{${parts.sort().join()}}`;
  rt.checkString(key.length);
  return key;
}
