import type { Arguments } from '../library.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { parseInteger } from '../values/numbers.ts';
import { printedArgument, saysYes } from './arguments.ts';

/** Where the last word that ends before `pointer` ends; one more than that, as Jinjava counts. */
export function beforeLastWord(pointer: number, text: string): number {
  let at = pointer;
  while (at > 0 && at < text.length) {
    at--;
    if (/\s/.test(text[at] ?? '')) break;
  }
  return at + 1;
}

export function truncateText(text: string, args: Arguments, rt: Runtime): string {
  const asked = parseInteger(printedArgument(args, 0, '255', rt));
  let length = typeof asked === 'number' ? asked : 255;
  const killWords = saysYes(printedArgument(args, 1, 'false', rt));
  const end = printedArgument(args, 2, '...', rt);
  if (text.length <= length) return text;
  if (!killWords) length = beforeLastWord(length, text);
  return text.slice(0, Math.max(0, length)) + end;
}
