import {
  convertDecimal,
  convertFloat,
  convertInteger,
  isTruthy,
  kindOf,
  operand,
  textOf,
} from './convert.ts';
import type { Failing } from './convert.ts';
import { compareDecimals } from './decimal.ts';
import { Dict } from './dict.ts';
import { List } from './list.ts';
import {
  float,
  isFloat,
  isInteger,
  isNumber,
  parseFloating,
  parseInteger,
  toFloat,
  toLong,
} from './numbers.ts';
import { print } from './print.ts';
import type { PrintBudget } from './print.ts';
import { DateTime, Decimal } from './value.ts';
import type { Value } from './value.ts';

/** `==`: converts to the kind of the other side, numbers first; fails where that is impossible. */
export function equals(a: Value, b: Value, rt: Failing): boolean {
  if (a === b) return true;
  const left = operand(a, rt);
  const right = operand(b, rt);
  if (left === null || right === null) return left === right;
  if (left instanceof Decimal || right instanceof Decimal) {
    return compareDecimals(convertDecimal(left, rt), convertDecimal(right, rt)) === 0;
  }
  if (isFloat(left) || isFloat(right)) return convertFloat(left, rt) === convertFloat(right, rt);
  if (isInteger(left) || isInteger(right)) return convertInteger(left, rt) === convertInteger(right, rt);
  if (typeof left === 'boolean' || typeof right === 'boolean')
    return isTruthy(left, rt) === isTruthy(right, rt);
  if (textOf(left) !== undefined || textOf(right) !== undefined) {
    const text = print(left, rt);
    rt.charge(text.length);
    return text === print(right, rt);
  }
  return same(left, right, rt);
}

/** Java's `equals`: of the same kind and the same content, deeply. */
export function same(a: Value, b: Value, rt: PrintBudget): boolean {
  return sameWithin(a, b, rt, 0);
}

function sameWithin(a: Value, b: Value, rt: PrintBudget, depth: number): boolean {
  rt.step();
  if (a === b) return true;
  if (a === null || b === null || depth > 64) return false;
  if (isNumber(a) && isNumber(b)) return isInteger(a) === isInteger(b) && toFloat(a) === toFloat(b);
  const left = textOf(a);
  if (left !== undefined) {
    rt.charge(left.length);
    return left === textOf(b);
  }
  if (a instanceof List && b instanceof List) {
    if (a.items.length !== b.items.length) return false;
    return a.items.every((item, at) => sameWithin(item, b.items[at] ?? null, rt, depth + 1));
  }
  if (a instanceof Dict && b instanceof Dict) {
    if (a.size !== b.size) return false;
    for (const [key, value] of a.asMap()) {
      if (!b.asMap().has(key) || !sameWithin(value, b.get(key), rt, depth + 1)) return false;
    }
    return true;
  }
  return a instanceof DateTime && b instanceof DateTime && a.epochMs === b.epochMs;
}

/** The order of two values: negative, 0 or positive; NaN if either is null or no number. */
export function compare(a: Value, b: Value, rt: Failing): number {
  const left = operand(a, rt);
  const right = operand(b, rt);
  if (left === null || right === null) return Number.NaN;
  if (left instanceof Decimal || right instanceof Decimal) {
    return compareDecimals(convertDecimal(left, rt), convertDecimal(right, rt));
  }
  if (isFloat(left) || isFloat(right)) return convertFloat(left, rt) - convertFloat(right, rt);
  if (isInteger(left) || isInteger(right)) {
    const x = convertInteger(left, rt);
    const y = convertInteger(right, rt);
    return x < y ? -1 : Number(x > y);
  }
  if (textOf(left) !== undefined || textOf(right) !== undefined) {
    const text = print(left, rt);
    rt.charge(text.length);
    return compareTexts(text, print(right, rt));
  }
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  if (left instanceof DateTime && right instanceof DateTime) return left.epochMs - right.epochMs;
  return rt.fail('type', `${kindOf(left)} and ${kindOf(right)} have no order.`);
}

/** The order of UTF-16 units, as in Java. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** `in`: part of a text, element of a list (converted to the kind of its elements), key of a dict. */
export function contains(element: Value, container: Value, rt: Failing): boolean {
  const within = operand(container, rt);
  const wanted = operand(element, rt);
  const text = textOf(within);
  if (text !== undefined) {
    rt.charge(text.length);
    return text.includes(print(wanted, rt));
  }
  if (within instanceof Dict) return within.size > 0 && within.asMap().has(print(wanted, rt));
  if (!(within instanceof List)) return false;
  for (const item of within.items) {
    rt.step();
    if (item === null) {
      if (wanted === null) return true;
      continue;
    }
    const converted = convertLike(wanted, item, rt);
    return converted !== undefined && within.items.some((candidate) => same(candidate, converted, rt));
  }
  return false;
}

/** `value` converted to the kind of `like`; undefined where Java cannot. */
function convertLike(value: Value, like: Value, rt: PrintBudget): Value | undefined {
  if (textOf(like) !== undefined) return print(value, rt);
  if (typeof like === 'boolean') return isTruthy(value, rt);
  if (isInteger(like)) {
    if (value === null || textOf(value) === '') return 0;
    if (isNumber(value)) return toLong(value);
    const text = textOf(value);
    return text === undefined ? undefined : parseInteger(text);
  }
  if (isFloat(like)) {
    if (value === null || textOf(value) === '') return float(0);
    if (isNumber(value)) return float(toFloat(value));
    const parsed = parseFloating(textOf(value) ?? '');
    return parsed === undefined ? undefined : float(parsed);
  }
  return value;
}
