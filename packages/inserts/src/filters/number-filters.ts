import type { FilterDefinition } from '../library.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { divide, multiply } from '../values/arithmetic.ts';
import { addDecimals, decimalToFloat, parseDecimal, printDecimal, rescale } from '../values/decimal.ts';
import { Dict } from '../values/dict.ts';
import { elementsOf } from '../values/elements.ts';
import { List } from '../values/list.ts';
import {
  float,
  isInteger,
  isNumber,
  parseFloating,
  parseInteger,
  printNumber,
  toFloat,
  toInt32,
  toLong,
  wrap64,
} from '../values/numbers.ts';
import { print, printNested } from '../values/print.ts';
import { Decimal } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import {
  booleanArgument,
  floatArgument,
  integerArgument,
  requiredArgument,
  saysYes,
  textArgument,
} from './arguments.ts';
import { formatDecimal } from './format-decimal.ts';
import { parseLocalNumber } from './local-number.ts';
import { toSingle } from './single-float.ts';

function decimalOf(value: Value, rt: Runtime): Decimal {
  const text = print(value, rt);
  return parseDecimal(text) ?? rt.fail('type', `${JSON.stringify(text.slice(0, 40))} is no number.`);
}

/** The number that a text begins with, as Java reads it: grouped or not, whatever follows. */
function leadingDecimal(text: string): Decimal | undefined {
  const found = /^-?(?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:E-?\d{1,3})?/.exec(text)?.[0];
  return found === undefined ? undefined : parseDecimal(found.replaceAll(',', ''));
}

/** A number, or a text that is one, as floating-point; undefined for anything else. */
function measurable(value: Value, rt: Runtime): number | undefined {
  if (isNumber(value)) return toFloat(value);
  return typeof value === 'string' ? decimalToFloat(decimalOf(value, rt)) : undefined;
}

function positive(value: number, rt: Runtime): number {
  return value > 0 ? value : rt.fail('type', 'This filter needs a number above 0.');
}

/** The logarithm to a base, exact where the base's powers are. */
function logarithm(value: number, base: number | undefined): number {
  if (base === undefined) return Math.log(value);
  if (base === 10) return Math.log10(value);
  if (base === 2) return Math.log2(value);
  const result = Math.log(value) / Math.log(base);
  const whole = Math.round(result);
  return base ** whole === value ? whole : result;
}

function rootOf(value: number, degree: number): number {
  if (degree === 2) return Math.sqrt(value);
  if (degree === 3) return Math.cbrt(value);
  const result = value ** (1 / degree);
  const whole = Math.round(result);
  return whole ** degree === value ? whole : result;
}

const sizes = {
  decimal: ['KB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'],
  binary: ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'],
} as const;

/** In single precision, as Jinjava counts: what is just below a unit as a double may be that unit. */
function fileSize(bytes: number, binary: boolean): string {
  if (bytes === 1) return '1 Byte';
  const base = binary ? 1024 : 1000;
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  const units = binary ? sizes.binary : sizes.decimal;
  let power = 1;
  while (power < units.length && bytes >= Math.fround(base ** (power + 1))) power++;
  const shown = parseDecimal(printNumber(float(Math.fround(bytes / base ** power))));
  return `${shown === undefined ? String(bytes) : printDecimal(rescale(shown, 1, 'half-up'))} ${units[power - 1] ?? ''}`;
}

const common = { params: [], naming: 'appended', keepsSafe: true } as const;

export const numberFilters: readonly FilterDefinition[] = [
  {
    ...common,
    name: 'abs',
    summary: 'The number without its sign.',
    apply(input, _, rt) {
      if (input === null) return null;
      if (isInteger(input)) return input < 0 ? wrap64(-BigInt(input)) : input;
      if (isNumber(input) && !(input instanceof Decimal)) return float(Math.abs(toFloat(input)));
      const decimal = decimalOf(input, rt);
      return decimal.digits < 0n ? new Decimal(-decimal.digits, decimal.scale) : decimal;
    },
  },
  {
    ...common,
    name: 'add',
    summary: 'The sum, as a decimal number.',
    params: ['addend'],
    required: 1,
    apply(input, args, rt) {
      if (input === null) return null;
      const base = decimalOf(input, rt);
      const addend = requiredArgument(args, 0, 'a number to add', rt);
      return addend === null ? base : addDecimals(base, decimalOf(addend, rt));
    },
  },
  {
    ...common,
    name: 'multiply',
    summary: 'The product, as a decimal number.',
    params: ['value'],
    required: 1,
    apply(input, args, rt) {
      const factor = requiredArgument(args, 0, 'a number to multiply by', rt);
      return factor === null ? input : multiply(input, decimalOf(factor, rt), rt);
    },
  },
  {
    ...common,
    name: 'divide',
    summary: 'The quotient with as many digits behind the point as the number has: 9|divide(10) is 1.',
    params: ['divisor'],
    required: 1,
    apply(input, args, rt) {
      const divisor = requiredArgument(args, 0, 'a number to divide by', rt);
      return divisor === null ? input : divide(input, decimalOf(divisor, rt), rt);
    },
  },
  {
    ...common,
    name: 'divisible',
    summary: 'True if the number can be divided by `divisor` without a rest.',
    params: ['divisor'],
    required: 1,
    apply(input, args, rt) {
      if (!isNumber(input)) return false;
      const factor = parseInteger(textArgument(args, 0, rt) ?? '');
      if (factor === undefined || BigInt(factor) === 0n) {
        return rt.fail('filter-arguments', 'divisible needs a whole number other than 0.');
      }
      return BigInt(toLong(input)) % BigInt(factor) === 0n;
    },
  },
  {
    ...common,
    name: 'int',
    summary: 'The value as a whole number; `default` (0) if it is none.',
    params: ['default'],
    apply(input, args, rt) {
      const fallback = parseInteger(textArgument(args, 0, rt) ?? '') ?? 0;
      if (input === null) return fallback;
      if (isNumber(input)) return toLong(input);
      const parsed = parseLocalNumber(print(input, rt).trim(), rt.locale);
      return parsed === undefined ? fallback : toLong(float(parsed));
    },
  },
  {
    ...common,
    name: 'float',
    summary: 'The value as a floating-point number; `default` (0.0) if it is none.',
    params: ['default'],
    apply(input, args, rt) {
      const fallback = Number(textArgument(args, 0, rt) ?? 'x');
      if (isNumber(input)) return toSingle(toFloat(input));
      const parsed = input === null ? undefined : parseLocalNumber(print(input, rt), rt.locale);
      return toSingle(parsed ?? (Number.isNaN(fallback) ? 0 : fallback));
    },
  },
  {
    ...common,
    name: 'bool',
    summary: 'True for true, yes, on, t, y and 1.',
    apply(input, _, rt) {
      const text = print(input, rt);
      return text === '1' || saysYes(text);
    },
  },
  {
    ...common,
    name: 'round',
    summary: 'The number with `precision` (0) digits behind the point; method common, ceil or floor.',
    params: ['precision', 'method'],
    apply(input, args, rt) {
      if (input === null) return null;
      const precision = integerArgument(args, 0, 0, rt);
      if (Math.abs(precision) > 1000) rt.fail('filter-arguments', 'round takes at most 1000 digits.');
      const method = textArgument(args, 1, rt);
      return rescale(
        decimalOf(input, rt),
        precision,
        method === 'ceil' || method === 'floor' ? method : 'half-up',
      );
    },
  },
  {
    ...common,
    name: 'log',
    summary: 'The logarithm to `base` (e).',
    params: ['base'],
    apply(input, args, rt) {
      const value = measurable(input, rt);
      if (value === undefined) return input;
      const base = floatArgument(args, 0, rt);
      return float(logarithm(positive(value, rt), base === undefined ? undefined : positive(base, rt)));
    },
  },
  {
    ...common,
    name: 'root',
    summary: 'The root of `degree` (2).',
    params: ['degree'],
    apply(input, args, rt) {
      const value = measurable(input, rt);
      if (value === undefined) return input;
      return float(rootOf(positive(value, rt), positive(floatArgument(args, 0, rt) ?? 2, rt)));
    },
  },
  {
    ...common,
    name: 'filesizeformat',
    summary: 'A number of bytes for people: 1.5 MB; with `binary` 1.4 MiB.',
    params: ['binary'],
    apply(input, args, rt) {
      const bytes = isNumber(input) ? toFloat(input) : (parseFloating(print(input, rt)) ?? 0);
      return fileSize(Math.fround(bytes), booleanArgument(args, 0, rt));
    },
  },
  {
    ...common,
    name: 'format_number',
    summary:
      'The number as people of `locale` write it, with at most `max_decimals` digits behind the point.',
    params: ['locale', 'max_decimals'],
    apply(input, args, rt) {
      const decimal = isNumber(input) ? decimalOf(input, rt) : leadingDecimal(printNested(input, rt));
      if (decimal === undefined) return input;
      const most = args[1] === undefined ? decimal.scale : integerArgument(args, 1, decimal.scale, rt);
      return formatDecimal(decimal, Math.min(decimal.scale, most), textArgument(args, 0, rt) ?? rt.locale);
    },
  },
  {
    ...common,
    name: 'random',
    summary:
      'A random element of a list or dict, or a whole number below the number; the same in every pass.',
    apply(input, _, rt) {
      return randomOf(input, rt);
    },
  },
];

function randomOf(input: Value, rt: Runtime): Value {
  if (input instanceof List || input instanceof Dict) {
    const items = elementsOf(input);
    return items.length === 0 ? null : (items[rt.random.below(items.length)] ?? null);
  }
  const bound = isNumber(input)
    ? toInt32(input)
    : typeof input === 'string'
      ? Math.trunc(Number(input))
      : undefined;
  if (bound === undefined) return input;
  return bound > 0 ? rt.random.below(bound) : 0;
}
