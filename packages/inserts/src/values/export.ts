import { Dict } from './dict.ts';
import { List } from './list.ts';
import { toFloat } from './numbers.ts';
import { print } from './print.ts';
import type { PrintBudget } from './print.ts';
import { Decimal, Double } from './value.ts';
import type { Value } from './value.ts';

/** A value as plain data for code outside of the engine: arrays, and objects without a prototype. */
export function exportValue(value: Value, budget: PrintBudget): unknown {
  return exportWithin(value, budget, 0);
}

const maxDepth = 100;

function exportWithin(value: Value, budget: PrintBudget, depth: number): unknown {
  if (value === null || typeof value !== 'object') return value;
  budget.step();
  if (depth > maxDepth) return null;
  if (value instanceof Double || value instanceof Decimal) return toFloat(value);
  if (value instanceof List) return value.items.map((item) => exportWithin(item, budget, depth + 1));
  if (!(value instanceof Dict)) return print(value, budget);
  const copy: Record<string, unknown> = { __proto__: null };
  for (const [key, item] of value.asMap()) copy[key] = exportWithin(item, budget, depth + 1);
  return copy;
}
