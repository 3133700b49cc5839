import { integerArgument } from '../filters/arguments.ts';
import type { FunctionDefinition } from '../library.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { List } from '../values/list.ts';
import { parseFloating } from '../values/numbers.ts';
import { print } from '../values/print.ts';
import type { Value } from '../values/value.ts';

/** The end as Jinjava reads it: 0 for what is no number, `most` for a number that is not whole. */
function endOf(value: Value, most: number, rt: Runtime): number {
  const text = print(value, rt);
  const isNumber = text === text.trim() && parseFloating(text) !== undefined;
  return integerArgument([value], 0, isNumber ? most : 0, rt);
}

export const range: FunctionDefinition = {
  name: 'range',
  summary: 'The whole numbers from start (0) up to but without end, by step (1); at most 1000 of them.',
  params: ['start', 'end', 'step'],
  call(args, _, rt) {
    const [first = null, second] = args;
    if (first === null) return rt.fail('function-arguments', 'range needs a number.');
    const { range: most } = rt.limits;
    const from = second === undefined ? 0 : integerArgument(args, 0, 0, rt);
    const to = endOf(second === undefined ? first : second, from + most, rt);
    const by = integerArgument(args, 2, 1, rt);
    const items: Value[] = [];
    if (by === 0) return new List(items);
    for (let at = from; (by > 0 ? at < to : at > to) && items.length < most; at += by) items.push(at);
    rt.steps(items.length);
    return new List(items);
  },
};
