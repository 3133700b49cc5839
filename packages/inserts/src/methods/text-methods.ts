import { trimJava } from '../filters/text-filters.ts';
import type { MethodDefinition } from '../library.ts';
import { replaceMatches } from '../regex/replace-matches.ts';
import { matchesWhole, splitByRegex } from '../regex/split-by-regex.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { List } from '../values/list.ts';
import type { Value } from '../values/value.ts';
import { indexArgument, textOfArgument } from './method-arguments.ts';

function part(text: string, start: number, end: number, rt: Runtime): string {
  if (start < 0 || end > text.length || start > end) {
    return rt.fail(
      'method-arguments',
      `substring(${start}, ${end}) reaches beyond a text of ${text.length} characters.`,
    );
  }
  return text.slice(start, end);
}

function replaceAllText(text: string, args: readonly Value[], rt: Runtime): string {
  const old = textOfArgument(args, 0, rt);
  const replacement = textOfArgument(args, 1, rt);
  const pieces = old === '' ? ['', ...text.split(''), ''] : text.split(old);
  rt.steps(pieces.length);
  rt.checkString(text.length + (pieces.length - 1) * (replacement.length - old.length));
  return pieces.join(replacement);
}

function repeat(text: string, count: number, rt: Runtime): string {
  if (count < 0) return rt.fail('method-arguments', 'repeat needs a number from 0 on.');
  rt.checkString(text.length * count);
  return text.repeat(count);
}

/** Java's methods of texts. */
export const textMethods: readonly MethodDefinition<string>[] = [
  { name: 'length', summary: 'The number of characters.', call: (text) => text.length },
  { name: 'isEmpty', summary: 'True for an empty text.', call: (text) => text === '' },
  { name: 'isBlank', summary: 'True for nothing but space.', call: (text) => text.trim() === '' },
  {
    name: 'contains',
    summary: 'True if a text is in it.',
    call: (text, args, rt) => text.includes(textOfArgument(args, 0, rt)),
  },
  {
    name: 'startsWith',
    summary: 'True if it begins with a text, or has it at a place.',
    call(text, args, rt) {
      const at = args.length > 1 ? indexArgument(args, 1, rt) : 0;
      return at >= 0 && at <= text.length && text.startsWith(textOfArgument(args, 0, rt), at);
    },
  },
  {
    name: 'endsWith',
    summary: 'True if it ends with a text.',
    call: (text, args, rt) => text.endsWith(textOfArgument(args, 0, rt)),
  },
  {
    name: 'indexOf',
    summary: 'Where a text is first found, or -1.',
    call: (text, args, rt) =>
      text.indexOf(textOfArgument(args, 0, rt), args.length > 1 ? indexArgument(args, 1, rt) : 0),
  },
  {
    name: 'lastIndexOf',
    summary: 'Where a text is last found, at most at a place, or -1.',
    call(text, args, rt) {
      const most = args.length > 1 ? indexArgument(args, 1, rt) : text.length;
      return most < 0 ? -1 : text.lastIndexOf(textOfArgument(args, 0, rt), most);
    },
  },
  {
    name: 'substring',
    summary: 'The characters from a place up to another, or to the end.',
    call: (text, args, rt) =>
      part(text, indexArgument(args, 0, rt), args.length > 1 ? indexArgument(args, 1, rt) : text.length, rt),
  },
  {
    name: 'subSequence',
    summary: 'The characters from a place up to another.',
    call: (text, args, rt) => part(text, indexArgument(args, 0, rt), indexArgument(args, 1, rt), rt),
  },
  {
    name: 'charAt',
    summary: 'The character at a place.',
    call: (text, args, rt) => part(text, indexArgument(args, 0, rt), indexArgument(args, 0, rt) + 1, rt),
  },
  { name: 'replace', summary: 'Replaces a text everywhere.', call: replaceAllText },
  {
    name: 'replaceAll',
    summary: 'Replaces every match of a regular expression.',
    call: (text, args, rt) =>
      replaceMatches(text, textOfArgument(args, 0, rt), textOfArgument(args, 1, rt), rt),
  },
  {
    name: 'replaceFirst',
    summary: 'Replaces the first match of a regular expression.',
    call: (text, args, rt) =>
      replaceMatches(text, textOfArgument(args, 0, rt), textOfArgument(args, 1, rt), rt, 1),
  },
  {
    name: 'matches',
    summary: 'True if a regular expression matches all of it.',
    call: (text, args, rt) => matchesWhole(text, textOfArgument(args, 0, rt), rt),
  },
  {
    name: 'split',
    summary: 'The parts between the matches of a regular expression, without empty ones at the end.',
    call(text, args, rt) {
      const limit = args.length > 1 ? indexArgument(args, 1, rt) : 0;
      return new List(splitByRegex(text, textOfArgument(args, 0, rt), limit, rt));
    },
  },
  { name: 'trim', summary: 'Without space around it.', call: (text) => trimJava(text) },
  { name: 'strip', summary: 'Without space around it.', call: (text) => text.trim() },
  { name: 'stripLeading', summary: 'Without space before it.', call: (text) => text.trimStart() },
  { name: 'stripTrailing', summary: 'Without space behind it.', call: (text) => text.trimEnd() },
  { name: 'toUpperCase', summary: 'In capitals.', call: (text) => text.toUpperCase() },
  { name: 'toLowerCase', summary: 'In small letters.', call: (text) => text.toLowerCase() },
  {
    name: 'concat',
    summary: 'With a text behind it.',
    call: (text, args, rt) => joined(text, textOfArgument(args, 0, rt), rt),
  },
  {
    name: 'repeat',
    summary: 'A number of times in a row.',
    call: (text, args, rt) => repeat(text, indexArgument(args, 0, rt), rt),
  },
  {
    name: 'equalsIgnoreCase',
    summary: 'True for the same text but for capitals.',
    call: (text, args, rt) => text.toLowerCase() === textOfArgument(args, 0, rt).toLowerCase(),
  },
  {
    name: 'compareTo',
    summary: 'Negative, 0 or positive for before, equal or behind.',
    call: (text, args, rt) => difference(text, textOfArgument(args, 0, rt)),
  },
  {
    name: 'compareToIgnoreCase',
    summary: 'As compareTo, but for capitals.',
    call: (text, args, rt) => difference(text.toLowerCase(), textOfArgument(args, 0, rt).toLowerCase()),
  },
];

/** As in Java: how far the first units that differ are apart, else how much longer the text is. */
function difference(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const apart = a.charCodeAt(at) - b.charCodeAt(at);
    if (apart !== 0) return apart;
  }
  return a.length - b.length;
}

function joined(a: string, b: string, rt: Runtime): string {
  rt.checkString(a.length + b.length);
  return a + b;
}
