import type { Evaluate } from '../compile/closures.ts';
import { Dict } from '../values/dict.ts';
import { List } from '../values/list.ts';
import { Callable } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import type { Runtime } from './runtime.ts';
import { Scope } from './scope.ts';

export interface MacroParameter {
  readonly name: string;
  readonly fallback: Value;
}

/** A macro, or the body of a `{% call %}` as `caller`. */
export class Macro extends Callable {
  readonly parameters: readonly MacroParameter[];
  readonly body: Evaluate;
  readonly isCaller: boolean;
  active = false;

  constructor(name: string, parameters: readonly MacroParameter[], body: Evaluate, isCaller: boolean) {
    super(name);
    this.parameters = parameters;
    this.body = body;
    this.isCaller = isCaller;
  }
}

/**
 * Calls a macro in a scope of its own, below the scope of the call: as in Jinjava a macro sees the variables as they
 * are when it is called, and a macro called from within itself is empty.
 */
export function callMacro(
  macro: Macro,
  args: readonly Value[],
  named: ReadonlyMap<string, Value>,
  rt: Runtime,
): Value {
  if (macro.active) return '';
  if (rt.macroDepth >= rt.limits.macroDepth) {
    rt.fail('limit-macro-depth', `Macros call each other more than ${rt.limits.macroDepth} deep.`);
  }
  const outer = rt.scope;
  const scope = new Scope(outer);
  const extra = new Map(named);
  macro.parameters.forEach(({ name, fallback }, at) => {
    const value = named.has(name) ? named.get(name) : args[at];
    extra.delete(name);
    scope.set(name, value === undefined ? fallback : value);
  });
  scope.set('kwargs', new Dict(extra));
  scope.set('varargs', new List(args.slice(macro.parameters.length)));

  rt.scope = scope;
  rt.macroDepth++;
  macro.active = !macro.isCaller;
  const result = macro.body(rt);
  macro.active = false;
  rt.macroDepth--;
  rt.scope = outer;
  return result;
}
