import { Dict } from '../values/dict.ts';
import { List } from '../values/list.ts';
import { print } from '../values/print.ts';
import type { PrintBudget } from '../values/print.ts';
import { Callable, DateTime, Double, Loop, Marked } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { escapeJson } from './json-state.ts';

/** What is called when a value has no JSON form. */
export interface JsonBudget extends PrintBudget {
  fail(code: string, message: string): never;
}

/** The JSON of a value. Floating-point that JSON cannot say is null; dates are epoch milliseconds, as in Jinjava. */
export function toJson(value: Value, budget: JsonBudget): string {
  return write(value, budget, 0);
}

/** Deeper than any real document; a list inside of itself ends here instead of never. */
const maxDepth = 100;

function write(value: Value, budget: JsonBudget, depth: number): string {
  budget.step();
  if (value === null) return 'null';
  if (typeof value === 'string') return `"${escapeJson(value)}"`;
  if (typeof value === 'number') return Number.isFinite(value) ? print(value, budget) : 'null';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Double) return floatJson(value.value, budget);
  if (value instanceof List || value instanceof Dict) {
    if (depth >= maxDepth)
      return budget.fail('json-depth', 'A list or dict is nested too deeply, or contains itself.');
    return value instanceof List ? writeList(value, budget, depth + 1) : writeDict(value, budget, depth + 1);
  }
  if (value instanceof Marked && value.mark === 'json') return value.text;
  if (value instanceof DateTime) return String(value.epochMs);
  if (value instanceof Loop || value instanceof Callable) return 'null';
  return `"${escapeJson(print(value, budget))}"`;
}

function floatJson(value: number, budget: JsonBudget): string {
  return Number.isFinite(value) ? print(new Double(value), budget) : 'null';
}

function writeList(list: List, budget: JsonBudget, depth: number): string {
  let text = '[';
  for (const item of list.items) {
    if (text.length > 1) text += ',';
    text += write(item, budget, depth);
    budget.checkString(text.length);
  }
  return `${text}]`;
}

function writeDict(dict: Dict, budget: JsonBudget, depth: number): string {
  let text = '{';
  for (const [key, item] of dict.asMap()) {
    if (text.length > 1) text += ',';
    text += `"${escapeJson(key)}":${write(item, budget, depth)}`;
    budget.checkString(text.length);
  }
  return `${text}}`;
}
