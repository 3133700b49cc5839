import { parseDatePattern } from './date-pattern.ts';
import type { DatePart } from './date-pattern.ts';

/** `%` codes as Java patterns, as Jinjava maps them. */
const codes: ReadonlyMap<string, string> = new Map([
  ['a', 'EEE'],
  ['A', 'EEEE'],
  ['b', 'MMM'],
  ['B', 'MMMM'],
  ['d', 'dd'],
  ['e', 'd'],
  ['f', 'SSSSSS'],
  ['H', 'HH'],
  ['h', 'hh'],
  ['I', 'hh'],
  ['j', 'DDD'],
  ['k', 'H'],
  ['l', 'h'],
  ['m', 'MM'],
  ['M', 'mm'],
  ['p', 'a'],
  ['S', 'ss'],
  ['U', 'ww'],
  ['w', 'e'],
  ['W', 'ww'],
  ['y', 'yy'],
  ['Y', 'yyyy'],
  ['z', 'Z'],
  ['Z', 'z'],
]);

const local: ReadonlyMap<string, DatePart> = new Map<string, DatePart>([
  ['c', { kind: 'local', styles: { dateStyle: 'medium', timeStyle: 'medium' } }],
  ['x', { kind: 'local', styles: { dateStyle: 'short' } }],
  ['X', { kind: 'local', styles: { timeStyle: 'medium' } }],
]);

export const defaultDateFormat = '%H:%M / %d-%m-%Y';

const styleNames: ReadonlySet<string> = new Set(['short', 'medium', 'long', 'full']);

/** The parts of a format: `short` to `full`, `%` codes, or without any `%` a Java pattern; undefined if it is none. */
export function parseDateFormat(format: string): readonly DatePart[] | undefined {
  const lower = format.toLowerCase();
  if (isStyle(lower)) return [{ kind: 'local', styles: { dateStyle: lower, timeStyle: lower } }];
  return format.includes('%') ? parseStrftime(format) : parseDatePattern(format);
}

export function isStyle(name: string): name is 'short' | 'medium' | 'long' | 'full' {
  return styleNames.has(name);
}

function parseStrftime(format: string): DatePart[] | undefined {
  const parts: DatePart[] = [];
  for (let at = 0; at < format.length; at++) {
    let code = format.charAt(at);
    if (code !== '%' || at + 1 >= format.length) {
      parts.push({ kind: 'text', text: code });
      continue;
    }
    code = format.charAt(++at);
    const strips = code === '-';
    if (strips) code = format.charAt(++at);
    const alone = code === 'O';
    if (alone) code = format.charAt(++at);
    const part = alone ? (code === 'B' ? field('LLLL', strips) : undefined) : codePart(code, strips);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return parts;
}

/** Codes that have no form without leading zeros, and vanish with a dash. */
const notStripped: ReadonlySet<string> = new Set('eklpwzZ');

function codePart(code: string, strips: boolean): DatePart | undefined {
  if (code === '%') return { kind: 'text', text: '%' };
  if (strips && notStripped.has(code)) return { kind: 'text', text: '' };
  const pattern = codes.get(code);
  return pattern === undefined ? local.get(code) : field(pattern, strips);
}

/** A field; without its leading zero it is one letter narrower. */
function field(pattern: string, strips: boolean): DatePart {
  return { kind: 'field', letter: pattern.charAt(0), width: Math.max(1, pattern.length - Number(strips)) };
}
