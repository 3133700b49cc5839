import { byName } from '../library.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { Dict } from '../values/dict.ts';
import { List } from '../values/list.ts';
import { isNumber } from '../values/numbers.ts';
import { DateTime, Loop, Marked } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { commonMethods } from './common-methods.ts';
import { dateMethods } from './date-methods.ts';
import { dictMethods } from './dict-methods.ts';
import { listMethods } from './list-methods.ts';
import { loopMethods } from './loop-methods.ts';
import { numberMethods } from './number-methods.ts';
import { textMethods } from './text-methods.ts';

const ofAny = byName(commonMethods);
const ofText = byName(textMethods);
const ofList = byName(listMethods);
const ofDict = byName(dictMethods);
const ofDate = byName(dateMethods);
const ofNumber = byName(numberMethods);
const ofLoop = byName(loopMethods);

/** The methods by the kind of value that has them, for the documentation and for suggestions. */
export const methodsByKind: ReadonlyMap<
  string,
  readonly { readonly name: string; readonly summary: string }[]
> = new Map<string, readonly { readonly name: string; readonly summary: string }[]>([
  ['text', textMethods],
  ['list', listMethods],
  ['dict', dictMethods],
  ['date', dateMethods],
  ['number', numberMethods],
  ['loop', loopMethods],
  ['any value', commonMethods],
]);

/** Calls the method `name` of the kind of `target`; undefined if there is none. */
export function callMethod(
  target: Value,
  name: string,
  args: readonly Value[],
  rt: Runtime,
): Value | undefined {
  const result = callOfKind(target, name, args, rt);
  return result === undefined ? ofAny.get(name)?.call(target, args, rt) : result;
}

function callOfKind(target: Value, name: string, args: readonly Value[], rt: Runtime): Value | undefined {
  if (target instanceof Dict) return ofDict.get(name)?.call(target, args, rt);
  if (typeof target === 'string') return ofText.get(name)?.call(target, args, rt);
  if (target instanceof List) return ofList.get(name)?.call(target, args, rt);
  if (target instanceof Marked) return ofText.get(name)?.call(target.text, args, rt);
  if (target instanceof DateTime) return ofDate.get(name)?.call(target, args, rt);
  if (isNumber(target)) return ofNumber.get(name)?.call(target, args, rt);
  return target instanceof Loop ? ofLoop.get(name)?.call(target, args, rt) : undefined;
}
