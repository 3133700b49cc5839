import { decodeBase64, encodeBase64 } from '../encoding/base64.ts';
import { findCharset, utf8Bytes, utf8Text } from '../encoding/charset.ts';
import { md5 } from '../encoding/md5.ts';
import { sha1, sha256, sha384, sha512 } from '../encoding/sha.ts';
import type { Arguments, FilterDefinition } from '../library.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { Dict } from '../values/dict.ts';
import { print, printNested } from '../values/print.ts';
import { Marked } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { printedArgument, textArgument } from './arguments.ts';

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const digests: ReadonlyMap<string, (bytes: Uint8Array) => Uint8Array> = new Map([
  ['MD5', md5],
  ['SHA-1', sha1],
  ['SHA1', sha1],
  ['SHA-256', sha256],
  ['SHA256', sha256],
  ['SHA-384', sha384],
  ['SHA384', sha384],
  ['SHA-512', sha512],
  ['SHA512', sha512],
]);

function charset(args: Arguments, rt: Runtime) {
  const name = printedArgument(args, 0, 'UTF-8', rt);
  return findCharset(name) ?? rt.fail('filter-arguments', `There is no encoding ${name}.`);
}

/** Percent-encoding as of HTML forms: space is `+`. */
function encodeForm(text: string): string {
  let result = '';
  for (const byte of utf8Bytes(text)) {
    const character = String.fromCharCode(byte);
    if (/[\w.*-]/.test(character)) result += character;
    else result += byte === 32 ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return result;
}

function decodeForm(text: string, rt: Runtime): string {
  return text.replaceAll('+', ' ').replaceAll(/(?:%[^%]{0,2})+/g, (run) => {
    const bytes = run.split('%').slice(1);
    // what follows the last escape of a run is plain text
    const rest = (bytes.at(-1) ?? '').slice(2);
    if (bytes.some((byte) => !/^[\da-fA-F]{2}/.test(byte)))
      rt.fail('type', 'A % escape needs two hexadecimal digits.');
    return utf8Text(Uint8Array.from(bytes, (byte) => Number.parseInt(byte.slice(0, 2), 16))) + rest;
  });
}

/** Applies `change` to a text, or to the keys and values of a dict, joined as in a query. */
function formed(input: Value, args: Arguments, rt: Runtime, change: (text: string) => string): string {
  if (input === null) return change(textArgument(args, 0, rt) ?? '');
  if (!(input instanceof Dict)) return change(print(input, rt));
  rt.steps(input.size);
  const pairs = Array.from(
    input.asMap(),
    ([key, value]) => `${change(key)}=${change(printNested(value, rt))}`,
  );
  return pairs.join('&');
}

const common = { params: [], naming: 'appended', keepsSafe: true } as const;

export const encodingFilters: readonly FilterDefinition[] = [
  {
    ...common,
    name: 'b64encode',
    aliases: ['base64', 'base64Encode'],
    summary: 'Base64 of the text in `encoding` (utf-8).',
    params: ['encoding'],
    apply(input, args, rt) {
      const text = print(input, rt);
      rt.steps(text.length >> 3);
      rt.checkString(text.length * 2);
      return encodeBase64(charset(args, rt).encode(text));
    },
  },
  {
    ...common,
    name: 'b64decode',
    aliases: ['base64Decode'],
    summary: 'The text in `encoding` (utf-8) whose base64 this is.',
    params: ['encoding'],
    apply(input, args, rt) {
      if (typeof input !== 'string') return rt.fail('type', 'b64decode needs a text.');
      rt.steps(input.length >> 3);
      const bytes = decodeBase64(input);
      return bytes === undefined
        ? rt.fail('type', 'This text is no base64.')
        : charset(args, rt).decode(bytes);
    },
  },
  {
    ...common,
    name: 'md5',
    summary: 'The MD5 hash of the text in hexadecimal digits.',
    keepsSafe: false,
    apply(input, _, rt) {
      if (typeof input !== 'string') return input;
      rt.steps(30 + (input.length >> 2));
      return hex(md5(utf8Bytes(input)));
    },
  },
  {
    ...common,
    name: 'hash',
    summary:
      'The hash of the text by `algorithm` (SHA-256; also SHA-1, SHA-384, SHA-512, MD5) in hexadecimal digits.',
    params: ['algorithm'],
    keepsSafe: false,
    apply(input, args, rt) {
      const name = printedArgument(args, 0, 'SHA-256', rt);
      const digest = digests.get(name.toUpperCase());
      if (digest === undefined) return rt.fail('filter-arguments', `There is no hash ${name}.`);
      const text = print(input, rt);
      // the wide words make this slow: some 100 microseconds a block
      rt.steps(500 + text.length * 4);
      return hex(digest(utf8Bytes(text)));
    },
  },
  {
    ...common,
    name: 'urlencode',
    summary: 'The text, or a dict as a query, encoded for a URL.',
    apply(input, args, rt) {
      rt.steps(print(input, rt).length >> 2);
      return new Marked(formed(input, args, rt, encodeForm), 'url-encoded');
    },
  },
  {
    ...common,
    name: 'urldecode',
    summary: 'The text that was encoded for a URL.',
    apply(input, args, rt) {
      rt.steps(print(input, rt).length >> 2);
      return formed(input, args, rt, (text) => decodeForm(text, rt));
    },
  },
];
