import { byName } from '../library.ts';
import type { FunctionDefinition } from '../library.ts';
import { namespace } from './namespace.ts';
import { range } from './range.ts';

/** The functions that every template can call. */
export const standardFunctions: ReadonlyMap<string, FunctionDefinition> = byName([namespace, range]);
