import { Decimal } from './value.ts';

export type Rounding = 'half-up' | 'floor' | 'ceil';

const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;

/** Digits beyond which a number is refused: as many as any real number has, and far from what costs time. */
const maxDigits = 1000;

/** The number that `text` says, with as many digits behind the point as it has; undefined if it is no number. */
export function parseDecimal(text: string): Decimal | undefined {
  if (text.length > maxDigits) return undefined;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(whole + fraction);
  const scale = fraction.length - Number(exponent);
  if (Math.abs(scale) > maxDigits) return undefined;
  return new Decimal(sign === '-' ? -digits : digits, scale);
}

function tenTo(power: number): bigint {
  return 10n ** BigInt(power);
}

function aligned(a: Decimal, b: Decimal): { left: bigint; right: bigint; scale: number } {
  const scale = Math.max(a.scale, b.scale);
  return { left: a.digits * tenTo(scale - a.scale), right: b.digits * tenTo(scale - b.scale), scale };
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const { left, right, scale } = aligned(a, b);
  return new Decimal(left + right, scale);
}

export function subtractDecimals(a: Decimal, b: Decimal): Decimal {
  const { left, right, scale } = aligned(a, b);
  return new Decimal(left - right, scale);
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  return new Decimal(a.digits * b.digits, a.scale + b.scale);
}

/** The quotient with the digits of the dividend behind the point, rounded half up; undefined for a division by 0. */
export function divideDecimals(a: Decimal, b: Decimal): Decimal | undefined {
  if (b.digits === 0n) return undefined;
  const shift = b.scale;
  const dividend = shift >= 0 ? a.digits * tenTo(shift) : a.digits;
  const divisor = shift >= 0 ? b.digits : b.digits * tenTo(-shift);
  return new Decimal(roundedQuotient(dividend, divisor, 'half-up'), a.scale);
}

/** The number with exactly `scale` digits behind the point. */
export function rescale(value: Decimal, scale: number, rounding: Rounding): Decimal {
  if (scale >= value.scale) return new Decimal(value.digits * tenTo(scale - value.scale), scale);
  return new Decimal(roundedQuotient(value.digits, tenTo(value.scale - scale), rounding), scale);
}

function roundedQuotient(dividend: bigint, divisor: bigint, rounding: Rounding): bigint {
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  if (rest === 0n) return quotient;
  const negative = dividend < 0n !== divisor < 0n;
  if (rounding === 'floor') return negative ? quotient - 1n : quotient;
  if (rounding === 'ceil') return negative ? quotient : quotient + 1n;
  const twice = 2n * (rest < 0n ? -rest : rest);
  const half = divisor < 0n ? -divisor : divisor;
  if (twice < half) return quotient;
  return negative ? quotient - 1n : quotient + 1n;
}

/** Negative, 0 or positive, whatever the number of digits behind the point. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const { left, right } = aligned(a, b);
  return left < right ? -1 : Number(left > right);
}

export function decimalToFloat(value: Decimal): number {
  return Number(`${value.digits}e${-value.scale}`);
}

/** Cut towards 0. */
export function decimalToInteger(value: Decimal): bigint {
  return value.scale >= 0 ? value.digits / tenTo(value.scale) : value.digits * tenTo(-value.scale);
}

/** `BigDecimal.toString`. */
export function printDecimal({ digits, scale }: Decimal): string {
  const sign = digits < 0n ? '-' : '';
  const text = String(digits < 0n ? -digits : digits);
  const exponent = text.length - 1 - scale;
  if (scale >= 0 && exponent >= -6) {
    if (scale === 0) return sign + text;
    const padded = text.padStart(scale + 1, '0');
    return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
  }
  const mantissa = text.length === 1 ? text : `${text[0]}.${text.slice(1)}`;
  return `${sign}${mantissa}E${exponent >= 0 ? '+' : ''}${exponent}`;
}
