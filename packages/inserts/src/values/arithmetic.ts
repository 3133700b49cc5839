import {
  convertDecimal,
  convertFloat,
  convertInteger,
  kindOf,
  operand,
  textOf,
  wantsFloat,
} from './convert.ts';
import type { Failing } from './convert.ts';
import { addDecimals, divideDecimals, multiplyDecimals, subtractDecimals } from './decimal.ts';
import { Dict } from './dict.ts';
import { List } from './list.ts';
import { float, isInteger, isNumber, toFloat, wrap64 } from './numbers.ts';
import { print, printNested } from './print.ts';
import { Decimal } from './value.ts';
import type { Value } from './value.ts';

/** What operators need of a rendering. */
export interface Operating extends Failing {
  checkList(length: number): void;
}

/** `+`: lists and dicts are joined, a text makes texts of both sides, all else are numbers. */
export function add(a: Value, b: Value, rt: Operating): Value {
  if (typeof a === 'number' && typeof b === 'number') return addNumbers(a, b, rt);
  const left = operand(a, rt);
  const right = operand(b, rt);
  if (left instanceof List) {
    const more = right instanceof List ? right.items : [right];
    rt.checkList(left.items.length + more.length);
    for (let count = 0; count < more.length; count++) rt.step();
    return new List([...left.items, ...more]);
  }
  if (left instanceof Dict && right instanceof Dict) {
    const joined = new Map(left.asMap());
    for (const [key, value] of right.asMap()) {
      rt.step();
      joined.set(key, value);
    }
    rt.checkList(joined.size);
    return new Dict(joined);
  }
  if (textOf(left) !== undefined || textOf(right) !== undefined) {
    return joinTexts(printNested(left, rt), printNested(right, rt), rt);
  }
  return addNumbers(left, right, rt);
}

function addNumbers(a: Value, b: Value, rt: Failing): Value {
  return calculate(
    a,
    b,
    rt,
    (x, y) => x + y,
    (x, y) => x + y,
    addDecimals,
  );
}

/** `~`: the texts of both sides, null being empty. */
export function concatenate(a: Value, b: Value, rt: Failing): Value {
  return joinTexts(print(a, rt), print(b, rt), rt);
}

function joinTexts(a: string, b: string, rt: Failing): string {
  rt.checkString(a.length + b.length);
  return a + b;
}

export function subtract(a: Value, b: Value, rt: Failing): Value {
  return calculate(
    operand(a, rt),
    operand(b, rt),
    rt,
    (x, y) => x - y,
    (x, y) => x - y,
    subtractDecimals,
  );
}

export function multiply(a: Value, b: Value, rt: Failing): Value {
  return calculate(
    operand(a, rt),
    operand(b, rt),
    rt,
    (x, y) => x * y,
    (x, y) => x * y,
    multiplyDecimals,
  );
}

/** Sums, differences and products: 64-bit integers that wrap, or floating-point if either side is. */
function calculate(
  a: Value,
  b: Value,
  rt: Failing,
  plain: (x: number, y: number) => number,
  wide: (x: bigint, y: bigint) => bigint,
  exact: (x: Decimal, y: Decimal) => Decimal,
): Value {
  if (a instanceof Decimal || b instanceof Decimal)
    return exact(convertDecimal(a, rt), convertDecimal(b, rt));
  if (wantsFloat(a) || wantsFloat(b)) return float(plain(convertFloat(a, rt), convertFloat(b, rt)));
  const left = convertInteger(a, rt);
  const right = convertInteger(b, rt);
  if (typeof left === 'number' && typeof right === 'number') {
    const result = plain(left, right);
    if (Number.isSafeInteger(result)) return result + 0;
  }
  return wrap64(wide(BigInt(left), BigInt(right)));
}

/** `/`: always floating-point, so `4 / 2` is `2.0` and `1 / 0` is `Infinity`; of two nulls the whole number 0. */
export function divide(a: Value, b: Value, rt: Failing): Value {
  const left = operand(a, rt);
  const right = operand(b, rt);
  if (left === null && right === null) return 0;
  if (left instanceof Decimal || right instanceof Decimal) {
    const quotient = divideDecimals(convertDecimal(left, rt), convertDecimal(right, rt));
    return quotient ?? rt.fail('division-by-zero', 'The right side of / is 0.');
  }
  return float(convertFloat(left, rt) / convertFloat(right, rt));
}

/** `%`: the remainder, with the sign of the left side, as in Java: -7 % 3 is -1. */
export function remainder(a: Value, b: Value, rt: Failing): Value {
  const left = operand(a, rt);
  const right = operand(b, rt);
  if (left === null && right === null) return 0;
  if (wantsFloat(left) || wantsFloat(right)) return float(convertFloat(left, rt) % convertFloat(right, rt));
  const divisor = BigInt(convertInteger(right, rt));
  if (divisor === 0n) return rt.fail('division-by-zero', 'The right side of % is 0.');
  return wrap64(BigInt(convertInteger(left, rt)) % divisor);
}

/** `//`: rounded down; integers stay integers. Only numbers. */
export function divideDown(a: Value, b: Value, rt: Failing): Value {
  if (!isNumber(a) || !isNumber(b))
    return rt.fail('type', `// needs two numbers, not ${kindOf(a)} and ${kindOf(b)}.`);
  if (!isInteger(a) || !isInteger(b)) return float(Math.floor(toFloat(a) / toFloat(b)));
  const divisor = BigInt(b);
  if (divisor === 0n) return rt.fail('division-by-zero', 'The right side of // is 0.');
  const dividend = BigInt(a);
  const quotient = dividend / divisor;
  const exact = quotient * divisor === dividend;
  return wrap64(exact || dividend < 0n === divisor < 0n ? quotient : quotient - 1n);
}

/** `**`: integers stay integers, cut and saturating as a Java cast does. Only numbers. */
export function power(a: Value, b: Value, rt: Failing): Value {
  if (!isNumber(a) || !isNumber(b))
    return rt.fail('type', `** needs two numbers, not ${kindOf(a)} and ${kindOf(b)}.`);
  const result = toFloat(a) ** toFloat(b);
  if (!isInteger(a) || !isInteger(b)) return float(result);
  if (Number.isNaN(result)) return 0;
  if (result >= 2 ** 63) return 2n ** 63n - 1n;
  if (result <= -(2 ** 63)) return -(2n ** 63n);
  return wrap64(BigInt(Math.trunc(result)));
}

export function negate(value: Value, rt: Failing): Value {
  const plain = operand(value, rt);
  if (plain === null) return 0;
  if (typeof plain === 'boolean' || (!isNumber(plain) && textOf(plain) === undefined)) {
    return rt.fail('type', `- needs a number, not ${kindOf(plain)}.`);
  }
  if (plain instanceof Decimal) return new Decimal(-plain.digits, plain.scale);
  if (wantsFloat(plain)) return float(-convertFloat(plain, rt));
  return wrap64(-BigInt(convertInteger(plain, rt)));
}
