import type { Expression } from '../syntax/ast.ts';
import { isTruthy } from '../values/convert.ts';
import { Dict } from '../values/dict.ts';
import { List } from '../values/list.ts';
import type { Value } from '../values/value.ts';
import { compileIndex, compileMethod, compileSlice } from './access.ts';
import { compileCall, compileFilter, compileTest } from './calls.ts';
import type { CompileContext, Evaluate } from './closures.ts';
import { compileBinary, compileUnary } from './operators.ts';
import { property } from './property.ts';

/** Turns an expression into a closure. Names of filters, tests and functions must have been checked before. */
export function compileExpression(node: Expression, c: CompileContext): Evaluate {
  const { at } = node;
  switch (node.kind) {
    case 'literal': {
      const { value } = node;
      return () => value;
    }
    case 'name': {
      const { name } = node;
      return (rt) => rt.variable(name);
    }
    case 'attribute': {
      const path = pathOf(node);
      if (path !== null) {
        const [root, ...keys] = path;
        return (rt) => rt.path(root, keys);
      }
      const target = compileExpression(node.target, c);
      const { name } = node;
      return (rt) => {
        const holder = target(rt);
        if (holder instanceof Dict) return holder.get(name);
        rt.at = at;
        return property(holder, name, rt);
      };
    }
    case 'index':
      return compileIndex(node, c, compileExpression);
    case 'slice':
      return compileSlice(node, c, compileExpression);
    case 'method':
      return compileMethod(node, c, compileExpression);
    case 'call':
      return compileCall(node, c, compileExpression);
    case 'filter':
      return compileFilter(node, c, compileExpression);
    case 'test':
      return compileTest(node, c, compileExpression);
    case 'unary':
      return compileUnary(node, c, compileExpression);
    case 'binary':
      return compileBinary(node, c, compileExpression);
    case 'list':
      return compileList(node.items.map((item) => compileExpression(item, c)));
    case 'dict':
      return compileDict(node.entries.map(({ key, value }) => ({ key, value: compileExpression(value, c) })));
    case 'conditional': {
      const test = compileExpression(node.test, c);
      const chosen = compileExpression(node.chosen, c);
      const otherwise = node.otherwise === null ? () => null : compileExpression(node.otherwise, c);
      return (rt) => {
        rt.step();
        return isTruthy(test(rt), rt) ? chosen(rt) : otherwise(rt);
      };
    }
  }
}

export type CompileExpression = typeof compileExpression;

/** The names of `a.b.c`; null if the chain begins with anything but a variable. */
function pathOf(node: Expression): [string, ...string[]] | null {
  if (node.kind === 'name') return [node.name];
  if (node.kind !== 'attribute') return null;
  const path = pathOf(node.target);
  path?.push(node.name);
  return path;
}

function compileList(items: readonly Evaluate[]): Evaluate {
  return (rt) => {
    const values: Value[] = [];
    for (const item of items) values.push(item(rt));
    rt.steps(values.length);
    return new List(values);
  };
}

function compileDict(entries: readonly { key: string; value: Evaluate }[]): Evaluate {
  return (rt) => {
    const map = new Map<string, Value>();
    for (const { key, value } of entries) map.set(key, value(rt));
    rt.steps(map.size);
    return new Dict(map);
  };
}
