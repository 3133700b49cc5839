import type { MethodDefinition } from '../library.ts';
import type { Dict } from '../values/dict.ts';
import { print } from '../values/print.ts';

/** `dict.get(key)` and the like. */
export const dictMethods: readonly MethodDefinition<Dict>[] = [
  {
    name: 'get',
    summary: 'The value of a key; the second argument or null if there is none.',
    call(dict, [key = null, fallback = null], rt) {
      const name = print(key, rt);
      return fallback === null || dict.asMap().has(name) ? dict.get(name) : fallback;
    },
  },
];
