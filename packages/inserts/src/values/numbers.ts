import { decimalToFloat, decimalToInteger, printDecimal } from './decimal.ts';
import { Decimal, Double } from './value.ts';
import type { Value } from './value.ts';

export type NumberValue = number | bigint | Double | Decimal;

export function isNumber(value: Value): value is NumberValue {
  return (
    typeof value === 'number' ||
    value instanceof Double ||
    typeof value === 'bigint' ||
    value instanceof Decimal
  );
}

/** True for 64-bit integers, false for floating-point numbers, whole ones included. */
export function isInteger(value: Value): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
}

export function isFloat(value: Value): value is number | Double {
  return value instanceof Double || (typeof value === 'number' && !Number.isInteger(value));
}

/** A floating-point result as a value. */
export function float(value: number): number | Double {
  return Number.isInteger(value) ? new Double(value) : value;
}

/** A 64-bit integer in its shortest form. */
export function normalizeInteger(value: bigint): number | bigint {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/** Wraps as Java's long does. */
export function wrap64(value: bigint): number | bigint {
  return normalizeInteger(BigInt.asIntN(64, value));
}

export function toFloat(value: NumberValue): number {
  if (typeof value === 'number') return value;
  if (value instanceof Double) return value.value;
  return value instanceof Decimal ? decimalToFloat(value) : Number(value);
}

/** The number cut to a JavaScript integer, saturating as a Java cast to int does. */
export function toInt32(value: NumberValue): number {
  if (typeof value === 'bigint') return Number(BigInt.asIntN(32, value));
  const float = toFloat(value);
  if (Number.isNaN(float)) return 0;
  if (typeof value === 'number' && Number.isInteger(value)) return value | 0;
  return Math.trunc(Math.min(2_147_483_647, Math.max(-2_147_483_648, float))) + 0;
}

/** The number cut to a 64-bit integer, saturating as a Java cast to long does. */
export function toLong(value: NumberValue): number | bigint {
  if (isInteger(value)) return value;
  if (value instanceof Decimal) return wrap64(decimalToInteger(value));
  const float = toFloat(value);
  if (Number.isNaN(float)) return 0;
  if (Math.abs(float) < 2 ** 53) return Math.trunc(float) + 0;
  if (float >= 2 ** 63) return 2n ** 63n - 1n;
  if (float <= -(2 ** 63)) return -(2n ** 63n);
  return normalizeInteger(BigInt(Math.trunc(float)));
}

const javaInteger = /^[+-]?\d{1,19}$/;
const javaFloat = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?$/;

/** `Long.valueOf`; undefined if `text` is no 64-bit integer. */
export function parseInteger(text: string): number | bigint | undefined {
  if (!javaInteger.test(text)) return undefined;
  const small = Number(text);
  if (Number.isSafeInteger(small)) return small + 0;
  const wide = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return BigInt.asIntN(64, wide) === wide ? wide : undefined;
}

/** `Double.valueOf`, which also trims; undefined if `text` is no number. */
export function parseFloating(text: string): number | undefined {
  const trimmed = text.trim();
  if (javaFloat.test(trimmed)) return Number(trimmed.replace(/[dDfF]$/, ''));
  if (trimmed === 'NaN') return Number.NaN;
  if (trimmed === 'Infinity' || trimmed === '+Infinity') return Number.POSITIVE_INFINITY;
  return trimmed === '-Infinity' ? Number.NEGATIVE_INFINITY : undefined;
}

/** A number literal of the language. */
export function parseLiteral(digits: string): Value | undefined {
  return /[.eE]/.test(digits) ? float(Number(digits)) : parseInteger(digits);
}

/** The text of a number as Java prints it. */
export function printNumber(value: NumberValue): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : printFloat(value);
  if (value instanceof Double) return printFloat(value.value);
  return value instanceof Decimal ? printDecimal(value) : String(value);
}

/** `Double.toString`. */
export function printFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return 'Infinity';
  if (value === Number.NEGATIVE_INFINITY) return '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value);
    return text.includes('.') ? text : `${text}.0`;
  }
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent.replace('+', '')}`;
}
