import type { Runtime } from '../runtime/runtime.ts';
import type { Argument } from '../syntax/ast.ts';
import type { Value } from '../values/value.ts';
import type { CompileContext, Evaluate } from './closures.ts';
import type { CompileExpression } from './expression.ts';

export const noNames: ReadonlyMap<string, Value> = new Map();

/** The arguments of a call, ready to be evaluated; `named` is null where no argument has a name. */
export interface CompiledArguments {
  list(rt: Runtime): Value[];
  readonly named: ((rt: Runtime) => ReadonlyMap<string, Value>) | null;
}

export function compileArguments(
  args: readonly Argument[],
  c: CompileContext,
  compile: CompileExpression,
): CompiledArguments {
  const positional: Evaluate[] = [];
  const named: [string, Evaluate][] = [];
  for (const { name, value } of args) {
    if (name === null) positional.push(compile(value, c));
    else named.push([name, compile(value, c)]);
  }
  return {
    list(rt) {
      const values: Value[] = [];
      for (const argument of positional) values.push(argument(rt));
      return values;
    },
    named:
      named.length === 0
        ? null
        : (rt) => {
            const values = new Map<string, Value>();
            for (const [name, argument] of named) values.set(name, argument(rt));
            return values;
          },
  };
}
