import type { MethodDefinition } from '../library.ts';
import { compare, same } from '../values/comparison.ts';
import { print } from '../values/print.ts';
import type { Value } from '../values/value.ts';

/** Methods that every value has. */
export const commonMethods: readonly MethodDefinition<Value>[] = [
  { name: 'toString', summary: 'The text of the value.', call: (value, _, rt) => print(value, rt) },
  {
    name: 'equals',
    summary: 'True for a value of the same kind with the same content.',
    call: (value, [other = null], rt) => same(value, other, rt),
  },
  {
    name: 'compareTo',
    summary: 'Negative, 0 or positive for less, equal or greater.',
    call: (value, [other = null], rt) => Math.sign(compare(value, other, rt)) + 0,
  },
];
