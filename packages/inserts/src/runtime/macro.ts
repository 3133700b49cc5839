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
  /** The scope of the template that it was imported from: what that set and defined is seen by the macro. */
  home: Scope | null = null;

  constructor(name: string, parameters: readonly MacroParameter[], body: Evaluate, isCaller: boolean) {
    super(name);
    this.parameters = parameters;
    this.body = body;
    this.isCaller = isCaller;
  }
}

/**
 * Calls a macro by the name by which it is visible. As in Jinjava that is empty within a call by the same name, which
 * is how a macro that calls itself ends; one that is called as a member of a dict may.
 */
export function callMacroByName(
  name: string,
  macro: Macro,
  args: readonly Value[],
  named: ReadonlyMap<string, Value>,
  rt: Runtime,
): Value {
  if (macro.isCaller) return callMacro(macro, args, named, rt);
  rt.activeMacros ??= new Set();
  const active = rt.activeMacros;
  if (active.has(name)) return '';
  active.add(name);
  const result = callMacro(macro, args, named, rt);
  active.delete(name);
  return result;
}

/**
 * Calls a macro in a scope of its own, below the scope of the call: as in Jinjava a macro sees the variables as they
 * are when it is called.
 */
export function callMacro(
  macro: Macro,
  args: readonly Value[],
  named: ReadonlyMap<string, Value>,
  rt: Runtime,
): Value {
  if (rt.macroDepth >= rt.limits.macroDepth) {
    rt.fail('limit-macro-depth', `Macros call each other more than ${rt.limits.macroDepth} deep.`);
  }
  const outer = rt.scope;
  const scope = new Scope(outer);
  if (macro.home !== null) settle(scope, macro.home, rt);
  const extra = new Map(named);
  macro.parameters.forEach(({ name, fallback }, at) => {
    const value = named.has(name) ? named.get(name) : args[at];
    extra.delete(name);
    scope.set(name, value === undefined ? fallback : value);
  });
  scope.set('kwargs', new Dict(extra));
  scope.set('varargs', new List(args.slice(macro.parameters.length)));

  const { entry } = rt;
  if (macro.home !== null) rt.entry ??= rt.at;
  rt.scope = scope;
  rt.macroDepth++;
  const result = macro.body(rt);
  rt.macroDepth--;
  rt.scope = outer;
  rt.entry = entry;
  return result;
}

/** Puts what an imported template has into the scope of a call of one of its macros. */
function settle(scope: Scope, home: Scope, rt: Runtime): void {
  const variables = home.variables();
  const macros = home.macros();
  rt.steps(variables.size + macros.size);
  for (const [name, value] of variables) scope.set(name, value);
  for (const [name, macro] of macros) scope.addMacro(macro, name);
}
