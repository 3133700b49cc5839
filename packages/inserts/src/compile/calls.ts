import type { Arguments, FilterDefinition } from '../library.ts';
import { callMacroByName } from '../runtime/macro.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Argument, ExpressionOf } from '../syntax/ast.ts';
import { operand } from '../values/convert.ts';
import { Marked } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { compileArguments, noNames } from './arguments.ts';
import type { CompileContext, Evaluate } from './closures.ts';
import type { CompileExpression } from './expression.ts';

/** `name(…)`: a macro that is visible where the call is made, or else a function. */
export function compileCall(
  node: ExpressionOf<'call'>,
  c: CompileContext,
  compile: CompileExpression,
): Evaluate {
  const args = compileArguments(node.args, c, compile);
  const { at, name } = node;
  const definition = c.library.functions.get(name);
  return (rt) => {
    const values = args.list(rt);
    const named = args.named === null ? noNames : args.named(rt);
    rt.at = at;
    rt.step();
    const macro = rt.scope.macro(name);
    if (macro !== null) return callMacroByName(name, macro, values, named, rt);
    if (definition === undefined)
      return rt.fail('unknown-function', `There is no function or macro ${name} here.`);
    return definition.call(values, named, rt);
  };
}

/** Arguments in the order of a definition's parameters. */
function compileOrdered(
  args: readonly Argument[],
  params: readonly string[],
  naming: FilterDefinition['naming'],
  c: CompileContext,
  compile: CompileExpression,
): (rt: Runtime) => Arguments {
  const ordered: (Evaluate | undefined)[] = [];
  for (const { name, value } of args) {
    if (name === null || naming === 'appended') ordered.push(compile(value, c));
    else if (naming === 'named') ordered[params.indexOf(name)] = compile(value, c);
  }
  if (ordered.length === 0) {
    const none: Arguments = [];
    return () => none;
  }
  return (rt) => {
    const values: (Value | undefined)[] = [];
    for (const argument of ordered)
      values.push(argument === undefined ? undefined : operand(argument(rt), rt));
    return values;
  };
}

export function compileFilter(
  node: ExpressionOf<'filter'>,
  c: CompileContext,
  compile: CompileExpression,
): Evaluate {
  const input = compile(node.input, c);
  const { at, name } = node;
  const filter = c.library.filters.get(name);
  if (filter === undefined) return (rt) => rt.fail('unknown-filter', `There is no filter ${name}.`);
  const args = compileOrdered(node.args, filter.params, filter.naming, c, compile);
  const separate = filter.naming === 'separate' ? compileArguments(node.args, c, compile).named : null;
  return (rt) => {
    const value = operand(input(rt), rt);
    const values = args(rt);
    const named = separate === null ? noNames : separate(rt);
    rt.at = at;
    rt.step();
    if (typeof value === 'string') {
      rt.charge(value.length);
      const result = filter.apply(value, values, rt, named);
      if (typeof result === 'string') rt.charge(result.length);
      return result;
    }
    if (!(value instanceof Marked)) return filter.apply(value, values, rt, named);
    rt.charge(value.text.length);
    // a marked text is filtered as the text that it is
    const result = filter.apply(value.text, values, rt, named);
    if (value.mark !== 'safe') return isText(result, value.text) ? value : result;
    // and stays safe where Jinjava keeps it so
    return filter.keepsSafe && typeof result === 'string' ? new Marked(result, 'safe') : result;
  };
}

/** True for the text itself, be it marked as safe: JSON that no filter changed is still JSON. */
function isText(value: Value, text: string): boolean {
  return value === text || (value instanceof Marked && value.mark === 'safe' && value.text === text);
}

export function compileTest(
  node: ExpressionOf<'test'>,
  c: CompileContext,
  compile: CompileExpression,
): Evaluate {
  const subject = compile(node.subject, c);
  const { at, name, negated } = node;
  const test = c.library.tests.get(name);
  if (test === undefined) return (rt) => rt.fail('unknown-test', `There is no test ${name}.`);
  const args = compileOrdered(node.args, [], 'appended', c, compile);
  return (rt) => {
    const value = operand(subject(rt), rt);
    const values = args(rt);
    rt.at = at;
    rt.step();
    if (typeof value === 'string') rt.charge(value.length);
    return test.check(value, values, rt) !== negated;
  };
}
