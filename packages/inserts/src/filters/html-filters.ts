import { decodeEntities, encodeEntities } from '../html/entities.ts';
import { parseHtml } from '../html/html-tree.ts';
import { plainText } from '../html/plain-text.ts';
import { printHtml } from '../html/print-html.ts';
import { truncateHtml } from '../html/truncate-html.ts';
import type { FilterDefinition } from '../library.ts';
import { escapeHtml } from '../output/html.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { Dict } from '../values/dict.ts';
import { parseInteger } from '../values/numbers.ts';
import { print, printNested } from '../values/print.ts';
import type { Value } from '../values/value.ts';
import { booleanArgument, integerArgument, printedArgument, saysYes, textArgument } from './arguments.ts';

/** The text of the input, its length counted as work and, times `growth`, as the length of a result. */
function counted(input: Value, rt: Runtime, growth: number): string {
  const text = print(input, rt);
  rt.steps(text.length >> 3);
  rt.checkString(text.length * growth);
  return text;
}

const jsEscapes: ReadonlyMap<string, string> = new Map([
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\t', '\\t'],
  ['\r', '\\r'],
  ['"', '\\"'],
  ['\\', '\\\\'],
]);

function escapeJs(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are among what must be escaped
  return text.replaceAll(/["\\\u0000-\u001f\u0080-\uffff]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return jsEscapes.get(character) ?? `\\u${code}`;
  });
}

const url = /https?:\/\/[-a-zA-Z0-9+&@#/%?=~_|!:,.;]*[-a-zA-Z0-9+&@#/%=~_|]/gi;

function abbreviate(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(1, length - 3))}...`;
}

const common = { params: [], naming: 'appended', keepsSafe: true } as const;

export const htmlFilters: readonly FilterDefinition[] = [
  {
    ...common,
    name: 'escape',
    aliases: ['e'],
    summary: 'The text with & < > \' " as entities.',
    apply: (input, _, rt) => escapeHtml(counted(input, rt, 6)),
  },
  {
    ...common,
    name: 'forceescape',
    aliases: ['force_escape'],
    summary: 'The text with every character that HTML 4 has a name for as its entity.',
    apply: (input, _, rt) => encodeEntities(counted(input, rt, 8)),
  },
  {
    ...common,
    name: 'unescape_html',
    summary: 'The text with entities as the characters that they stand for.',
    apply: (input, _, rt) => decodeEntities(counted(input, rt, 1)),
  },
  {
    ...common,
    name: 'escapejs',
    summary: 'The text escaped for the inside of a JavaScript string.',
    apply: (input, _, rt) => escapeJs(counted(input, rt, 6)),
  },
  {
    ...common,
    name: 'escape_jinjava',
    summary: 'The text with braces as entities.',
    params: ['all_braces'],
    apply(input, args, rt) {
      const text = counted(input, rt, 8);
      if (textArgument(args, 0, rt) !== 'false')
        return text.replaceAll('{', '&lbrace;').replaceAll('}', '&rbrace;');
      return text
        .replaceAll('{{', '&lbrace;&lbrace;')
        .replaceAll('}}', '&rbrace;&rbrace;')
        .replaceAll(/\{([{%#])/g, '&lbrace;$1')
        .replaceAll(/([}%#])\}/g, '$1&rbrace;');
    },
  },
  {
    ...common,
    name: 'striptags',
    summary: 'The text of HTML without its tags.',
    apply(input, _, rt) {
      if (typeof input !== 'string') return input;
      const step = (work: number): void => rt.steps(work);
      // once more, since what were entities may be tags
      const text = plainText(plainText(counted(input, rt, 1), step).replaceAll('&', '&amp;'), step);
      return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    },
  },
  {
    ...common,
    name: 'truncatehtml',
    summary: 'HTML with at most `length` (255) characters of text and `end` (...) behind, its tags closed.',
    params: ['length', 'end', 'breakword'],
    naming: 'separate',
    apply(input, positional, rt, named) {
      if (typeof input !== 'string') return input;
      const args = ['length', 'end', 'breakword'].map((name, at) => named.get(name) ?? positional[at]);
      const length = parseInteger(printedArgument(args, 0, '255', rt));
      const end = textArgument(args, 1, rt) ?? '...';
      const breaksWords = saysYes(textArgument(args, 2, rt));
      return truncateHtml(
        counted(input, rt, 2),
        typeof length === 'number' ? length : 255,
        end,
        breaksWords,
        (work) => rt.steps(work),
      );
    },
  },
  {
    ...common,
    name: 'closehtml',
    summary: 'HTML with every tag closed.',
    apply: (input, _, rt) => printHtml(parseHtml(counted(input, rt, 2), (work) => rt.steps(work))),
  },
  {
    ...common,
    name: 'urlize',
    summary: 'The text with its URLs as links, shown with at most `trim_url_limit` characters.',
    params: ['trim_url_limit', 'nofollow', 'target'],
    apply(input, args, rt) {
      const limit = integerArgument(args, 0, 2_147_483_647, rt);
      const target = textArgument(args, 2, rt) ?? '';
      const more =
        (booleanArgument(args, 1, rt) ? ' rel="nofollow"' : '') +
        (target === '' ? '' : ` target="${target}"`);
      return counted(input, rt, 3).replaceAll(
        url,
        (link) => `<a href="${link}"${more}>${abbreviate(link, limit)}</a>`,
      );
    },
  },
  {
    ...common,
    name: 'xmlattr',
    summary: 'A dict as attributes of an element.',
    params: ['autospace'],
    apply(input, args, rt) {
      if (!(input instanceof Dict)) return input;
      rt.steps(input.size);
      const attributes = Array.from(input.asMap(), ([name, value]) => {
        if (/[\s/>=]/.test(name))
          rt.fail('type', `${JSON.stringify(name)} cannot be the name of an attribute.`);
        return `${name}="${escapeHtml(value === null ? '' : printNested(value, rt)).replaceAll('&#39;', '&apos;')}"`;
      });
      const space = args[0] === undefined || booleanArgument(args, 0, rt) ? ' ' : '';
      return space + attributes.join('\n');
    },
  },
];
