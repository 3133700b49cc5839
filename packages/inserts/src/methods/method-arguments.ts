import type { Runtime } from '../runtime/runtime.ts';
import { convertInteger } from '../values/convert.ts';
import { print } from '../values/print.ts';
import type { Value } from '../values/value.ts';

/** The text of an argument that must be given. */
export function textOfArgument(args: readonly Value[], at: number, rt: Runtime): string {
  const value = args[at];
  if (value === undefined || value === null) return rt.fail('method-arguments', 'This method needs a text.');
  return print(value, rt);
}

/** A whole number that must be given. */
export function indexArgument(args: readonly Value[], at: number, rt: Runtime): number {
  const value = args[at];
  if (value === undefined || value === null)
    return rt.fail('method-arguments', 'This method needs a number.');
  return Number(convertInteger(value, rt));
}
