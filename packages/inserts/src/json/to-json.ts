import { Dict } from '../values/dict.ts';
import { Entry, List } from '../values/list.ts';
import { isNumber, printNumber, toFloat } from '../values/numbers.ts';
import { print } from '../values/print.ts';
import type { PrintBudget } from '../values/print.ts';
import { Callable, DateTime, Loop, Marked } from '../values/value.ts';
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
  if (isNumber(value)) return Number.isFinite(toFloat(value)) ? printNumber(value) : 'null';
  if (typeof value === 'boolean') return String(value);
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

function writeList(list: List, budget: JsonBudget, depth: number): string {
  if (list instanceof Entry) return `{"${escapeJson(list.key)}":${write(list.value, budget, depth)}}`;
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
