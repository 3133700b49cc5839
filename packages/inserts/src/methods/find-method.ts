import type { MethodDefinition } from '../library.ts';
import { byName } from '../library.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { Dict } from '../values/dict.ts';
import type { Value } from '../values/value.ts';
import { dictMethods } from './dict-methods.ts';

type Call = (target: Value, args: readonly Value[], rt: Runtime) => Value;

const ofDict: ReadonlyMap<string, MethodDefinition<Dict>> = byName(dictMethods);

/** The method `name` of the kind of `target`, or undefined. */
export function findMethod(target: Value, name: string): Call | undefined {
  if (target instanceof Dict) {
    const method = ofDict.get(name);
    return method === undefined ? undefined : (_, args, rt) => method.call(target, args, rt);
  }
  return undefined;
}
