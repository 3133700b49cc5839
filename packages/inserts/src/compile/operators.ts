import type { Runtime } from '../runtime/runtime.ts';
import type { BinaryOperator, ExpressionOf } from '../syntax/ast.ts';
import {
  add,
  concatenate,
  divide,
  divideDown,
  multiply,
  negate,
  power,
  remainder,
  subtract,
} from '../values/arithmetic.ts';
import { compare, contains, equals } from '../values/comparison.ts';
import { isTruthy, operand } from '../values/convert.ts';
import { Dict } from '../values/dict.ts';
import { List } from '../values/list.ts';
import type { Value } from '../values/value.ts';
import type { CompileContext, Evaluate } from './closures.ts';
import type { CompileExpression } from './expression.ts';

type Operation = (left: Value, right: Value, rt: Runtime) => Value;

const operations: ReadonlyMap<Exclude<BinaryOperator, 'and' | 'or'>, Operation> = new Map<
  Exclude<BinaryOperator, 'and' | 'or'>,
  Operation
>([
  ['+', add],
  ['-', subtract],
  ['*', multiply],
  ['/', divide],
  ['%', remainder],
  ['//', divideDown],
  ['**', power],
  ['~', concatenate],
  ['==', equals],
  ['!=', (a, b, rt) => !equals(a, b, rt)],
  ['<', (a, b, rt) => compare(a, b, rt) < 0],
  ['<=', (a, b, rt) => a === b || compare(a, b, rt) <= 0],
  ['>', (a, b, rt) => compare(a, b, rt) > 0],
  ['>=', (a, b, rt) => a === b || compare(a, b, rt) >= 0],
  ['in', contains],
  ['not in', (a, b, rt) => !contains(a, b, rt)],
]);

export function compileBinary(
  node: ExpressionOf<'binary'>,
  c: CompileContext,
  compile: CompileExpression,
): Evaluate {
  const left = compile(node.left, c);
  const right = compile(node.right, c);
  const { at, operator } = node;
  if (operator === 'or') {
    return (rt) => {
      rt.step();
      const value = left(rt);
      return isTruthy(value, rt) ? value : right(rt);
    };
  }
  if (operator === 'and') {
    return (rt) => {
      rt.step();
      return isTruthy(left(rt), rt) && isTruthy(right(rt), rt);
    };
  }
  const operation = operations.get(operator);
  if (operation === undefined) throw new Error(`no operation for ${operator}`);
  return (rt) => {
    const a = left(rt);
    const b = right(rt);
    rt.at = at;
    rt.step();
    return operation(a, b, rt);
  };
}

export function compileUnary(
  node: ExpressionOf<'unary'>,
  c: CompileContext,
  compile: CompileExpression,
): Evaluate {
  const value = compile(node.operand, c);
  const { at } = node;
  switch (node.operator) {
    case 'not':
      return (rt) => !isTruthy(value(rt), rt);
    case 'empty':
      return (rt) => isEmpty(operand(value(rt), rt));
    case '-':
      return (rt) => {
        const number = value(rt);
        rt.at = at;
        return negate(number, rt);
      };
  }
}

function isEmpty(value: Value): boolean {
  if (value === null || value === '') return true;
  if (value instanceof List) return value.items.length === 0;
  return value instanceof Dict && value.size === 0;
}
