import type { Arguments } from '../library.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { kindOf } from '../values/convert.ts';
import { parseDecimal, printDecimal, rescale } from '../values/decimal.ts';
import { isInteger, isNumber, printFloat, printNumber, toFloat } from '../values/numbers.ts';
import type { NumberValue } from '../values/numbers.ts';
import { printNested } from '../values/print.ts';
import type { Value } from '../values/value.ts';

interface Directive {
  readonly whole: string;
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly conversion: string;
}

const directive = /%(?:(\d{1,3})\$)?([-#+ 0,(<]*)(\d{1,7})?(?:\.(\d{1,4}))?([a-zA-Z%])|%/g;

/** Beside `s` and `b`, which take any value. */
const conversions: ReadonlySet<string> = new Set('cdxofe');

/** `String.format` of Java for texts, numbers, booleans and characters. */
export function formatText(pattern: string, args: Arguments, rt: Runtime): string {
  let next = 0;
  let length = 0;
  return pattern.replaceAll(
    directive,
    (
      whole: string,
      index: string | undefined,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      conversion: string | undefined,
    ) => {
      rt.step();
      if (conversion === undefined)
        return rt.fail('type', `format: % at the end of ${JSON.stringify(pattern)}.`);
      const spec: Directive = {
        whole,
        flags,
        width: Number(width ?? 0),
        precision: precision === undefined ? undefined : Number(precision),
        conversion,
      };
      length += spec.width;
      rt.checkString(length);
      if (conversion === 'n') return '\n';
      if (conversion === '%') return pad('%', spec);
      const at = index === undefined ? next++ : Number(index) - 1;
      const value = args[at];
      if (value === undefined) return rt.fail('filter-arguments', `format has no argument for ${whole}.`);
      const shown = pad(formatOne(value, spec, rt), spec);
      return conversion >= 'A' && conversion <= 'Z' ? shown.toUpperCase() : shown;
    },
  );
}

function pad(text: string, { flags, width }: Directive): string {
  return flags.includes('-') ? text.padEnd(width) : text.padStart(width);
}

function formatOne(value: Value, spec: Directive, rt: Runtime): string {
  const conversion = spec.conversion.toLowerCase();
  if (conversion === 's') return printNested(value, rt).slice(0, spec.precision);
  if (conversion === 'b') return String(typeof value === 'boolean' ? value : value !== null);
  if (!conversions.has(conversion)) return rt.fail('type', `format: ${spec.whole} is not supported.`);
  if (value === null) return 'null'.slice(0, spec.precision);
  if (conversion === 'c' && typeof value === 'string' && Array.from(value).length === 1) return value;
  if (!isNumber(value))
    return rt.fail('type', `format: ${kindOf(value)} cannot be shown with ${spec.whole}.`);
  switch (conversion) {
    case 'd':
      if (!isInteger(value)) return rt.fail('type', `format: ${spec.whole} needs a whole number.`);
      return withSign(String(value), spec);
    case 'x':
    case 'o':
      if (!isInteger(value)) return rt.fail('type', `format: ${spec.whole} needs a whole number.`);
      return radix(BigInt(value), conversion === 'x' ? 16 : 8, spec);
    case 'f':
      return withSign(fixed(value, spec.precision ?? 6), spec);
    case 'e':
      return withSign(exponential(toFloat(value), spec.precision ?? 6), spec);
    default:
      return rt.fail('type', `format: a number cannot be shown with ${spec.whole}.`);
  }
}

function fixed(value: NumberValue, digits: number): string {
  const decimal = parseDecimal(printNumber(value));
  return decimal === undefined
    ? printFloat(toFloat(value))
    : printDecimal(rescale(decimal, digits, 'half-up'));
}

function exponential(value: number, digits: number): string {
  return value.toExponential(Math.min(digits, 100)).replace(/e([+-])(\d)$/, 'e$10$2');
}

function radix(value: bigint, base: number, { flags, width }: Directive): string {
  const text = (value < 0n ? BigInt.asUintN(64, value) : value).toString(base);
  const prefixed = flags.includes('#') ? (base === 16 ? `0x${text}` : `0${text}`) : text;
  return flags.includes('0') ? prefixed.padStart(width, '0') : prefixed;
}

function withSign(text: string, { flags, width }: Directive): string {
  const negative = text.startsWith('-');
  let digits = negative ? text.slice(1) : text;
  if (flags.includes(','))
    digits = digits.replace(/^\d+/, (whole) => whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ','));
  const plus = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const bracket = negative && flags.includes('(');
  const sign = negative ? (bracket ? '(' : '-') : plus;
  const end = bracket ? ')' : '';
  if (flags.includes('0')) digits = digits.padStart(width - sign.length - end.length, '0');
  return sign + digits + end;
}
