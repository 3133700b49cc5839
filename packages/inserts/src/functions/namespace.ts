import type { FunctionDefinition } from '../library.ts';
import { Dict } from '../values/dict.ts';

export const namespace: FunctionDefinition = {
  name: 'namespace',
  summary: 'A dict whose fields can be set from an inner scope: {% set ns.x = 1 %}.',
  params: ['dict'],
  call(args, named, rt) {
    const [first] = args;
    const entries = new Map(first instanceof Dict ? first.asMap() : []);
    for (const [key, value] of named) entries.set(key, value);
    rt.checkList(entries.size);
    return new Dict(entries, true);
  },
};
