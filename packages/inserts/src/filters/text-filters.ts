import type { FilterDefinition } from '../library.ts';
import { replaceMatches } from '../regex/replace-matches.ts';
import { List } from '../values/list.ts';
import { print, printNested } from '../values/print.ts';
import type { Value } from '../values/value.ts';
import {
  booleanArgument,
  integerArgument,
  printedArgument,
  requiredText,
  textArgument,
} from './arguments.ts';
import { truncateText } from './truncate-text.ts';
import { wrapWords } from './wrap-words.ts';

function onText(change: (text: string) => string): (input: Value) => Value {
  return (input) => (typeof input === 'string' ? change(input) : input);
}

/** Java's `String.trim`: everything up to U+0020. */
export function trimJava(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) <= 32) start++;
  while (end > start && text.charCodeAt(end - 1) <= 32) end--;
  return text.slice(start, end);
}

function capitalize(text: string): string {
  const first = String.fromCodePoint(...[text.codePointAt(0) ?? 0].slice(0, text.length));
  return first.toUpperCase() + text.slice(first.length);
}

/** Character by character, as in Java: ß has no capital of its own. */
function oneCapital(character: string): string {
  const capital = character.toUpperCase();
  return capital.length > character.length ? character : capital;
}

function titleCase(text: string): string {
  let inWord = false;
  let result = '';
  for (const character of text) {
    if (/\s/.test(character)) {
      inWord = false;
      result += character;
    } else if (inWord) result += character.toLowerCase();
    else {
      inWord = character.toLowerCase() !== character.toUpperCase();
      result += inWord ? oneCapital(character) : character;
    }
  }
  return result;
}

const common = { params: [], naming: 'appended', keepsSafe: true } as const;

export const textFilters: readonly FilterDefinition[] = [
  { ...common, name: 'upper', summary: 'The text in capitals.', apply: onText((text) => text.toUpperCase()) },
  {
    ...common,
    name: 'lower',
    summary: 'The text in small letters.',
    apply: onText((text) => text.toLowerCase()),
  },
  {
    ...common,
    name: 'capitalize',
    summary: 'The first letter in capitals, the others small.',
    apply: onText((text) => capitalize(text.toLowerCase())),
  },
  {
    ...common,
    name: 'title',
    summary: 'The first letter of every word in capitals, the others small.',
    apply(input, _, rt) {
      if (input === null) return null;
      const text = print(input, rt);
      rt.steps(text.length >> 2);
      return titleCase(text);
    },
  },
  {
    ...common,
    name: 'trim',
    summary: 'The text without space around it.',
    apply: (input, _, rt) => trimJava(printNested(input, rt)),
  },
  {
    ...common,
    name: 'string',
    summary: 'The value as a text.',
    apply: (input, _, rt) => printNested(input, rt),
  },
  {
    ...common,
    name: 'replace',
    summary: 'Replaces every `old` by `new`, or the first `count` of them.',
    params: ['old', 'new', 'count'],
    required: 2,
    apply(input, args, rt) {
      if (input === null) return null;
      const text = print(input, rt);
      const old = textArgument(args, 0, rt);
      const replacement = textArgument(args, 1, rt);
      if (old === null || old === '' || replacement === null) return text;
      const count = args[2] === undefined ? -1 : integerArgument(args, 2, 0, rt);
      const parts = text.split(old);
      rt.steps(parts.length);
      const times = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1);
      rt.checkString(text.length + times * (replacement.length - old.length));
      if (times === parts.length - 1) return parts.join(replacement);
      return [parts.slice(0, times + 1).join(replacement), ...parts.slice(times + 1)].join(old);
    },
  },
  {
    ...common,
    name: 'cut',
    summary: 'The text without every `to_remove` in it.',
    params: ['to_remove'],
    required: 1,
    apply(input, args, rt) {
      const text = print(input, rt);
      const cut = textArgument(args, 0, rt);
      if (cut === null || cut === '') return text;
      const parts = text.split(cut);
      rt.steps(parts.length);
      return parts.join('');
    },
  },
  {
    ...common,
    name: 'center',
    summary: 'The text in the middle of `width` (80) characters.',
    params: ['width'],
    apply(input, args, rt) {
      if (input === null) return null;
      const text = print(input, rt);
      const missing = integerArgument(args, 0, 80, rt) - text.length;
      if (missing <= 0) return text;
      rt.checkString(text.length + missing);
      return text.padStart(text.length + Math.floor(missing / 2)).padEnd(text.length + missing);
    },
  },
  {
    ...common,
    name: 'indent',
    summary: 'Puts `width` (4) spaces before every line but the first; with indentfirst before that too.',
    params: ['width', 'indentfirst'],
    naming: 'named',
    keepsSafe: false,
    apply(input, args, rt) {
      const text = print(input, rt);
      const width = integerArgument(args, 0, args[0] === undefined ? 4 : 0, rt);
      const lines = text.split('\n');
      rt.steps(lines.length);
      rt.checkString(text.length + Math.max(0, width) * lines.length);
      const space = ' '.repeat(Math.max(0, width));
      return (booleanArgument(args, 1, rt) ? space : '') + lines.join(`\n${space}`);
    },
  },
  {
    ...common,
    name: 'truncate',
    summary:
      'At most `length` (255) characters, cut before a word unless killwords, with `end` (...) behind.',
    params: ['length', 'killwords', 'end'],
    apply: (input, args, rt) => (typeof input === 'string' ? truncateText(input, args, rt) : input),
  },
  {
    ...common,
    name: 'wordcount',
    summary: 'The number of words.',
    keepsSafe: false,
    apply(input, _, rt) {
      const text = print(input, rt);
      rt.steps(text.length >> 3);
      return text.match(/[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+/gu)?.length ?? 0;
    },
  },
  {
    ...common,
    name: 'wordwrap',
    summary:
      'Breaks lines behind `width` (79) characters, in the middle of words longer than that if asked for.',
    params: ['width', 'break_long_words'],
    apply(input, args, rt) {
      const text = print(input, rt);
      rt.steps(text.length >> 3);
      const breaksWords = args[1] === undefined || booleanArgument(args, 1, rt);
      return wrapWords(text, Math.max(1, integerArgument(args, 0, 79, rt)), breaksWords);
    },
  },
  {
    ...common,
    name: 'split',
    summary: 'The parts between `separator` (space), trimmed, without empty ones; at most `limit`.',
    params: ['separator', 'limit'],
    keepsSafe: false,
    apply(input, args, rt) {
      const text = print(input, rt);
      const separator = textArgument(args, 0, rt);
      if (separator === '') return rt.fail('filter-arguments', 'The separator of split must not be empty.');
      rt.steps(text.length >> 2);
      const parts = splitParts(text, separator, integerArgument(args, 1, 0, rt));
      rt.steps(parts.length);
      rt.checkList(parts.length);
      return new List(parts);
    },
  },
  {
    ...common,
    name: 'regex_replace',
    summary:
      'Replaces every match of a regular expression (RE2 syntax: linear time) by `new`, where $1 is a group.',
    params: ['regex', 'new'],
    required: 2,
    apply(input, args, rt) {
      if (input === null) return null;
      if (typeof input !== 'string') return rt.fail('type', 'regex_replace needs a text.');
      const pattern = requiredText(args, 0, 'a regular expression', rt);
      return replaceMatches(input, pattern, printedArgument(args, 1, '', rt), rt);
    },
  },
];

function splitParts(text: string, separator: string | null, limit: number): string[] {
  const pieces = separator === null ? text.split(/[\s\u0085]/u) : text.split(separator);
  const parts: string[] = [];
  let at = 0;
  pieces.forEach((piece, index) => {
    const start = at;
    at += piece.length + (separator === null ? 1 : separator.length);
    if (limit > 0 && parts.length === limit) return;
    const isLast = limit > 0 && parts.length === limit - 1 && index < pieces.length - 1;
    const part = (isLast && piece.trim() !== '' ? text.slice(start) : piece).trim();
    if (part !== '') parts.push(part);
  });
  return parts;
}
