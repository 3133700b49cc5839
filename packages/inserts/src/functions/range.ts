import type { FunctionDefinition } from '../library.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { List } from '../values/list.ts';
import { parseFloating, parseInteger } from '../values/numbers.ts';
import { print } from '../values/print.ts';
import type { Value } from '../values/value.ts';

/** A bound as Jinjava reads it: 0 for what is no number, `fallback` for a number that is not whole. */
function bound(value: Value, fallback: number, rt: Runtime): number {
  const text = print(value, rt);
  const whole = parseInteger(text);
  if (typeof whole === 'number') return whole;
  return parseFloating(text) === undefined ? 0 : fallback;
}

export const range: FunctionDefinition = {
  name: 'range',
  summary: 'The whole numbers from start (0) up to but without end, by step (1); at most 1000 of them.',
  params: ['start', 'end', 'step'],
  call(args, _, rt) {
    const [first = null, second, third] = args;
    if (first === null) return rt.fail('function-arguments', 'range needs a number.');
    const { range: most } = rt.limits;
    const from = second === undefined ? 0 : bound(first, 0, rt);
    const to = bound(second === undefined ? first : second, from + most, rt);
    const by = third === undefined || third === null ? 1 : bound(third, 1, rt);
    const items: Value[] = [];
    if (by === 0) return new List(items);
    for (let at = from; (by > 0 ? at < to : at > to) && items.length < most; at += by) items.push(at);
    rt.steps(items.length);
    return new List(items);
  },
};
