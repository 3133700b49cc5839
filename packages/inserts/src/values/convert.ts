import { parseDecimal } from './decimal.ts';
import { Dict } from './dict.ts';
import { List } from './list.ts';
import { isInteger, isNumber, parseFloating, parseInteger, printNumber, toFloat, toLong } from './numbers.ts';
import { flatten, print } from './print.ts';
import type { PrintBudget } from './print.ts';
import { DateTime, Decimal, Double, Fragment, Marked } from './value.ts';
import type { Value } from './value.ts';

/** What conversions need of a rendering: its budget, and a way to end it. */
export interface Failing extends PrintBudget {
  fail(code: string, message: string): never;
}

/** A fragment as text; every other value as it is. Operators and filters work on the result. */
export function operand(value: Value, budget: PrintBudget): Value {
  return value instanceof Fragment ? flatten(value, budget) : value;
}

/** The text of a string in any of its forms, undefined for what is no string. */
export function textOf(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof Marked ? value.text : undefined;
}

/** False: null, false, 0, '', 'false' in any case, an empty list or dict. */
export function isTruthy(value: Value, budget: PrintBudget): boolean {
  if (value === null) return false;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return isTruthyText(value);
  if (isNumber(value)) return toFloat(value) !== 0;
  if (value instanceof List) return value.items.length > 0;
  if (value instanceof Dict) return value.size > 0;
  if (value instanceof Marked) return isTruthyText(value.text);
  if (value instanceof Fragment) return isTruthyText(flatten(value, budget));
  return true;
}

function isTruthyText(text: string): boolean {
  return text !== '' && (text.length !== 5 || text.toLowerCase() !== 'false');
}

/** A short name of a value's kind for messages. */
export function kindOf(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'a boolean';
  if (textOf(value) !== undefined || value instanceof Fragment) return 'a text';
  if (isNumber(value)) return 'a number';
  if (value instanceof List) return 'a list';
  if (value instanceof Dict) return 'a dict';
  return value instanceof DateTime ? 'a date' : 'an object';
}

/** Null and the empty text count as 0. */
function isNothing(value: Value): boolean {
  return value === null || textOf(value) === '';
}

/** Converts to a 64-bit integer as expressions do: null and '' are 0, a numeric text is its number. */
export function convertInteger(value: Value, rt: Failing): number | bigint {
  if (isNothing(value)) return 0;
  if (isNumber(value)) return toLong(value);
  const text = textOf(value);
  const parsed = text === undefined ? undefined : parseInteger(text);
  return parsed ?? rt.fail('type', `${describe(value, rt)} is no whole number.`);
}

/** Converts to floating-point as expressions do. */
export function convertFloat(value: Value, rt: Failing): number {
  if (isNothing(value)) return 0;
  if (isNumber(value)) return toFloat(value);
  const text = textOf(value);
  const parsed = text === undefined ? undefined : parseFloating(text);
  return parsed ?? rt.fail('type', `${describe(value, rt)} is no number.`);
}

/**
 * Converts to a decimal where the other side of an operator is one. A floating-point number has its shortest digits,
 * where Java would take its binary value with all of its 50 digits; a whole one has none behind the point.
 */
export function convertDecimal(value: Value, rt: Failing): Decimal {
  if (value instanceof Decimal) return value;
  if (isNothing(value)) return new Decimal(0n, 0);
  if (value instanceof Double && Number.isFinite(value.value)) return new Decimal(BigInt(value.value), 0);
  const text = isNumber(value) ? printNumber(value) : textOf(value);
  const parsed = text === undefined ? undefined : parseDecimal(text);
  return parsed ?? rt.fail('type', `${describe(value, rt)} is no number.`);
}

function describe(value: Value, rt: PrintBudget): string {
  const text = textOf(value);
  if (text !== undefined)
    return `The text ${JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)}`;
  return typeof value === 'boolean' ? `The value ${print(value, rt)}` : `A value that is ${kindOf(value)}`;
}

/** True where arithmetic with `value` is floating-point: floating-point numbers and texts such as `1.5` or `2e3`. */
export function wantsFloat(value: Value): boolean {
  if (isNumber(value)) return !isInteger(value);
  const text = textOf(value);
  return text !== undefined && /[.eE]/.test(text);
}
