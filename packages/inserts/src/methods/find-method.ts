import { byName } from '../library.ts';
import type { MethodDefinition } from '../library.ts';
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

export type MethodCall = (target: Value, args: readonly Value[], rt: Runtime) => Value;

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

function bound<T extends Value>(
  target: T,
  name: string,
  methods: ReadonlyMap<string, MethodDefinition<T>>,
): MethodCall | undefined {
  const method = methods.get(name);
  return method === undefined ? undefined : (_, args, rt) => method.call(target, args, rt);
}

/** The method `name` of the kind of `target`, or undefined. */
export function findMethod(target: Value, name: string): MethodCall | undefined {
  return ofKind(target, name) ?? bound(target, name, ofAny);
}

function ofKind(target: Value, name: string): MethodCall | undefined {
  if (typeof target === 'string') return bound(target, name, ofText);
  if (target instanceof Marked) return bound(target.text, name, ofText);
  if (target instanceof List) return bound(target, name, ofList);
  if (target instanceof Dict) return bound(target, name, ofDict);
  if (target instanceof DateTime) return bound(target, name, ofDate);
  if (isNumber(target)) return bound(target, name, ofNumber);
  return target instanceof Loop ? bound(target, name, ofLoop) : undefined;
}
