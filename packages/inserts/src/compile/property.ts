import type { Runtime } from '../runtime/runtime.ts';
import { Dict } from '../values/dict.ts';
import { Entry, List } from '../values/list.ts';
import { DateTime, Loop } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { dateProperty } from './date-property.ts';

const listIndex = /^-?\d{1,9}$/;

/** `holder.name` and `holder['name']`: what is not there is null, as is every property of a scalar. */
export function property(holder: Value, name: string, rt: Runtime): Value {
  if (holder === null) return null;
  if (holder instanceof Dict) return holder.get(name);
  if (holder instanceof Entry && (name === 'key' || name === 'value')) return holder[name];
  if (holder instanceof List) return listIndex.test(name) ? (holder.items.at(Number(name)) ?? null) : null;
  if (holder instanceof Loop) return loopProperty(holder, name);
  if (holder instanceof DateTime) {
    rt.steps(150);
    return dateProperty(holder, name);
  }
  rt.step();
  return null;
}

function loopProperty(loop: Loop, name: string): Value {
  switch (name) {
    case 'index':
    case 'counter':
      return loop.index0 + 1;
    case 'index0':
      return loop.index0;
    case 'revindex':
      return loop.length - loop.index0;
    case 'revindex0':
      return loop.length - loop.index0 - 1;
    case 'revcounter':
      return loop.length - loop.index0;
    case 'first':
      return loop.index0 === 0;
    case 'last':
      return loop.index0 === loop.length - 1;
    case 'length':
      return loop.length;
    case 'depth':
      return loop.depth + 1;
    case 'depth0':
      return loop.depth;
    default:
      return null;
  }
}
