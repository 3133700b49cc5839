import type { MethodDefinition } from '../library.ts';
import { float, toFloat, toInt32, toLong } from '../values/numbers.ts';
import type { NumberValue } from '../values/numbers.ts';

/** Java's methods of numbers. */
export const numberMethods: readonly MethodDefinition<NumberValue>[] = [
  { name: 'intValue', summary: 'As a 32-bit whole number.', call: (value) => toInt32(value) },
  { name: 'longValue', summary: 'As a 64-bit whole number.', call: (value) => toLong(value) },
  { name: 'doubleValue', summary: 'As a floating-point number.', call: (value) => float(toFloat(value)) },
  { name: 'floatValue', summary: 'As a floating-point number.', call: (value) => float(toFloat(value)) },
];
