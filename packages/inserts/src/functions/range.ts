import type { FunctionDefinition } from '../library.ts';
import { convertInteger } from '../values/convert.ts';
import { List } from '../values/list.ts';
import type { Value } from '../values/value.ts';

export const range: FunctionDefinition = {
  name: 'range',
  summary: 'The whole numbers from start (0) up to but without end, by step (1); at most 1000 of them.',
  params: ['start', 'end', 'step'],
  call(args, _, rt) {
    const [first = null, second, third] = args;
    const from = second === undefined ? 0 : Number(convertInteger(first, rt));
    const to = Number(convertInteger(second === undefined ? first : second, rt));
    const by = third === undefined ? 1 : Number(convertInteger(third, rt));
    const items: Value[] = [];
    if (by === 0) return new List(items);
    for (let at = from; (by > 0 ? at < to : at > to) && items.length < rt.limits.range; at += by)
      items.push(at);
    rt.steps(items.length);
    return new List(items);
  },
};
