import { byName } from '../library.ts';
import type { FunctionDefinition } from '../library.ts';
import { dateFunctions } from './date-functions.ts';
import { generalFunctions } from './general-functions.ts';
import { namespace } from './namespace.ts';
import { printedValues } from './printed-values.ts';
import { range } from './range.ts';

/** The functions that every template can call. */
export const standardFunctions: ReadonlyMap<string, FunctionDefinition> = byName([
  namespace,
  range,
  ...generalFunctions,
  ...dateFunctions,
  ...printedValues,
]);
