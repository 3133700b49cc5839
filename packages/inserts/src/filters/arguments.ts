import type { Arguments } from '../library.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { isNumber, parseFloating, parseInteger, toFloat } from '../values/numbers.ts';
import { print } from '../values/print.ts';
import type { Value } from '../values/value.ts';

/** The text of an argument; null if it is null or was not given. */
export function textArgument(args: Arguments, at: number, rt: Runtime): string | null {
  const value = args[at];
  return value === undefined || value === null ? null : print(value, rt);
}

/** The text of an argument; `fallback` if it was not given, `null` if it is null, as Java prints it. */
export function printedArgument(args: Arguments, at: number, fallback: string, rt: Runtime): string {
  const value = args[at];
  if (value === undefined) return fallback;
  return value === null ? 'null' : print(value, rt);
}

/** A whole 32-bit number written as such; `fallback` for anything else, `1.5` included. */
export function integerArgument(args: Arguments, at: number, fallback: number, rt: Runtime): number {
  const parsed = parseInteger(textArgument(args, at, rt) ?? '');
  return typeof parsed === 'number' && Math.abs(parsed) <= 2_147_483_648 ? parsed : fallback;
}

const yes: ReadonlySet<string> = new Set(['true', 'yes', 'on', 't', 'y']);

/** True for true, yes, on, t and y in any case. */
export function saysYes(text: string | null): boolean {
  return text !== null && yes.has(text.toLowerCase());
}

export function booleanArgument(args: Arguments, at: number, rt: Runtime): boolean {
  return saysYes(textArgument(args, at, rt));
}

/** An argument as floating-point; undefined if it was not given or is null, an error if it is no number. */
export function floatArgument(args: Arguments, at: number, rt: Runtime): number | undefined {
  const value = args[at];
  if (value === undefined || value === null) return undefined;
  if (isNumber(value)) return toFloat(value);
  const parsed = parseFloating(print(value, rt));
  return parsed ?? rt.fail('filter-arguments', 'The argument of this filter must be a number.');
}

/** An argument that must be given. */
export function requiredText(args: Arguments, at: number, what: string, rt: Runtime): string {
  return textArgument(args, at, rt) ?? rt.fail('filter-arguments', `This filter needs ${what}.`);
}

export function requiredArgument(args: Arguments, at: number, what: string, rt: Runtime): Value {
  const value = args[at];
  return value === undefined ? rt.fail('filter-arguments', `This filter needs ${what}.`) : value;
}
