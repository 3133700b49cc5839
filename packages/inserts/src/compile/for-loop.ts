import type { Runtime } from '../runtime/runtime.ts';
import { Scope } from '../runtime/scope.ts';
import type { Statement, StatementOf } from '../syntax/ast.ts';
import { operand } from '../values/convert.ts';
import { Dict } from '../values/dict.ts';
import { Entry, List } from '../values/list.ts';
import { Loop } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { leaveLoop, proceed } from './closures.ts';
import type { CompileContext, Execute } from './closures.ts';
import { compileExpression } from './expression.ts';
import { property } from './property.ts';

/**
 * `for`: over the elements of a list or the values of a dict; anything else but null is one turn, a text included.
 * The loop has one scope for all of its turns.
 */
export function compileFor(
  node: StatementOf<'for'>,
  c: CompileContext,
  compileBody: (statements: readonly Statement[], c: CompileContext) => Execute,
): Execute {
  const source = compileExpression(node.source, c);
  const body = compileBody(node.body, c);
  const otherwise = node.otherwise === null ? null : compileBody(node.otherwise, c);
  const { at, variables } = node;
  return (rt) => {
    rt.step();
    const items = elements(operand(source(rt), rt), variables.length);
    rt.at = at;
    if (items.length === 0) return otherwise === null ? proceed : otherwise(rt);
    const outer = rt.scope;
    rt.scope = new Scope(outer);
    const loop = new Loop(items.length, rt.loopDepth);
    rt.scope.set('loop', loop);
    rt.loopDepth++;
    for (const item of items) {
      rt.step();
      loop.index0++;
      bind(rt, variables, item);
      if (body(rt) === leaveLoop) break;
    }
    rt.loopDepth--;
    rt.scope = outer;
    return proceed;
  };
}

function elements(value: Value, variables: number): readonly Value[] {
  if (value === null) return [];
  // a copy, so that a body that changes the list does not change the number of turns
  if (value instanceof List) return [...value.items];
  if (!(value instanceof Dict)) return [value];
  if (variables < 2) return [...value.asMap().values()];
  return Array.from(value.asMap(), ([key, item]) => new Entry(key, item));
}

function bind(rt: Runtime, variables: readonly string[], item: Value): void {
  if (variables.length === 1) {
    for (const name of variables) rt.scope.set(name, item);
    return;
  }
  variables.forEach((name, index) => {
    if (item instanceof List) rt.scope.set(name, item.items[index] ?? null);
    else rt.scope.set(name, item instanceof Dict ? property(item, name, rt) : null);
  });
}
