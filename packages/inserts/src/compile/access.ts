import { callMethod } from '../methods/call-method.ts';
import { Macro, callMacro } from '../runtime/macro.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { ExpressionOf } from '../syntax/ast.ts';
import { kindOf, operand, textOf } from '../values/convert.ts';
import { Dict } from '../values/dict.ts';
import { List } from '../values/list.ts';
import { isNumber, toInt32 } from '../values/numbers.ts';
import { print } from '../values/print.ts';
import type { Value } from '../values/value.ts';
import { compileArguments, noNames } from './arguments.ts';
import type { CompileContext, Evaluate } from './closures.ts';
import type { CompileExpression } from './expression.ts';
import { property } from './property.ts';

export function compileIndex(
  node: ExpressionOf<'index'>,
  c: CompileContext,
  compile: CompileExpression,
): Evaluate {
  const target = compile(node.target, c);
  const index = compile(node.index, c);
  const { at } = node;
  return (rt) => {
    const holder = target(rt);
    const key = index(rt);
    if (holder === null) return null;
    rt.at = at;
    rt.step();
    return property(holder, print(key, rt), rt);
  };
}

/** `target[from:to]` of a text or a list; negative bounds count from the end. */
export function compileSlice(
  node: ExpressionOf<'slice'>,
  c: CompileContext,
  compile: CompileExpression,
): Evaluate {
  const target = compile(node.target, c);
  const from = node.from === null ? null : compile(node.from, c);
  const to = node.to === null ? null : compile(node.to, c);
  const { at } = node;
  return (rt) => {
    const sequence = operand(target(rt), rt);
    const first = from === null ? 0 : from(rt);
    const end = to === null ? undefined : to(rt);
    rt.at = at;
    rt.step();
    const text = textOf(sequence);
    if (text !== undefined) {
      const start = bound(first, 0, text.length, rt);
      const stop = Math.min(bound(end ?? text.length, text.length, text.length, rt), text.length);
      return start > stop ? '' : text.slice(Math.max(0, start), Math.max(0, stop));
    }
    if (sequence === null) return null;
    if (!(sequence instanceof List))
      return rt.fail('type', `[:] needs a text or a list, not ${kindOf(sequence)}.`);
    const { length } = sequence.items;
    const start = bound(first, 0, length, rt);
    const stop = bound(end ?? length, length, length, rt);
    const items = sequence.items.slice(Math.max(0, start), Math.max(0, Math.min(stop, length)));
    rt.steps(items.length);
    return new List(items);
  };
}

function bound(value: Value, fallback: number, length: number, rt: Runtime): number {
  if (value === null) return fallback;
  if (!isNumber(value)) return rt.fail('type', `A bound of [:] must be a number, not ${kindOf(value)}.`);
  const index = toInt32(value);
  return index < 0 ? index + length : index;
}

/** `target.name(…)`: a macro kept in a dict, or a method of the value's kind. A method of null is null. */
export function compileMethod(
  node: ExpressionOf<'method'>,
  c: CompileContext,
  compile: CompileExpression,
): Evaluate {
  const target = compile(node.target, c);
  const method = compile(node.name, c);
  const fixedName =
    node.name.kind === 'literal' && typeof node.name.value === 'string' ? node.name.value : null;
  const args = compileArguments(node.args, c, compile);
  const { at } = node;
  return (rt) => {
    const holder = operand(target(rt), rt);
    if (holder === null) return null;
    const name = fixedName ?? print(method(rt), rt);
    const values = args.list(rt);
    const named = args.named === null ? noNames : args.named(rt);
    rt.at = at;
    rt.step();
    if (typeof holder === 'string') rt.charge(holder.length);
    if (holder instanceof Dict) {
      const macro = holder.made(name);
      if (macro instanceof Macro) return callMacro(macro, values, named, rt);
    }
    const all = named.size === 0 ? values : [...values, ...named.values()];
    const result = callMethod(holder, name, all, rt);
    if (typeof result === 'string') rt.charge(result.length);
    if (result === undefined)
      return rt.fail('unknown-method', `There is no method ${name} of ${kindOf(holder)}.`);
    return result;
  };
}
