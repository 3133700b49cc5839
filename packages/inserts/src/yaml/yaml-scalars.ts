import { float, parseInteger, wrap64 } from '../values/numbers.ts';
import type { Value } from '../values/value.ts';
import type { YamlCursor } from './yaml-cursor.ts';
import { YamlProblem } from './yaml-cursor.ts';

const words: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['', null],
  ['~', null],
  ['null', null],
  ['Null', null],
  ['NULL', null],
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
  ['yes', true],
  ['Yes', true],
  ['YES', true],
  ['no', false],
  ['No', false],
  ['NO', false],
  ['on', true],
  ['On', true],
  ['ON', true],
  ['off', false],
  ['Off', false],
  ['OFF', false],
]);

const integer = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const fraction = /^[-+]?(?:[0-9][0-9_]*\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/;
const based = /^([-+]?)0(x[0-9a-fA-F_]+|b[01_]+|[0-7_]+)$/;

/** What a scalar without quotes means. */
export function plainValue(text: string): Value {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (text.length > 40) return text;
  const digits = based.exec(text);
  if (digits !== null) return basedInteger(digits[1] === '-', (digits[2] ?? '').replaceAll('_', '')) ?? text;
  if (integer.test(text)) return parseInteger(text.replaceAll('_', '')) ?? text;
  return /[.eE]/.test(text) && fraction.test(text) ? float(Number(text.replaceAll('_', ''))) : text;
}

function basedInteger(negative: boolean, digits: string): Value | undefined {
  if (digits === '' || digits === 'x' || digits === 'b') return undefined;
  const size = BigInt(/^[xb]/.test(digits) ? `0${digits}` : `0o${digits}`);
  const whole = negative ? -size : size;
  return BigInt.asIntN(64, whole) === whole ? wrap64(whole) : undefined;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['t', '\t'],
  ['\t', '\t'],
  ['n', '\n'],
  ['v', '\v'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\u001b'],
  [' ', ' '],
  ['"', '"'],
  ['/', '/'],
  ['\\', '\\'],
  ['N', '\u0085'],
  ['_', '\u00a0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
]);

const codeLengths: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

/** The text in single or double quotes at the cursor; line breaks inside are folded. */
export function quotedText(cursor: YamlCursor): string {
  const { text } = cursor;
  const quote = cursor.next;
  const parts: string[] = [];
  let at = cursor.at + 1;
  let from = at;
  for (; ; at++) {
    if (at >= text.length) throw new YamlProblem('a quote that is never closed');
    const character = text.charAt(at);
    if (character === '\n') {
      const folded = foldAt(text, at);
      parts.push(text.slice(from, at).replace(/[ \t]+$/, ''), folded.text);
      from = folded.end;
      at = from - 1;
    } else if (character === quote) {
      parts.push(text.slice(from, at));
      if (quote !== "'" || text.charAt(at + 1) !== "'") break;
      parts.push("'");
      at++;
      from = at + 1;
    } else if (character === '\\' && quote === '"') {
      parts.push(text.slice(from, at));
      const escaped = escapeAt(text, at + 1);
      parts.push(escaped.text);
      from = escaped.end;
      at = from - 1;
    }
  }
  cursor.moveTo(at + 1);
  return parts.join('');
}

/** One line break is a space, more are one less. */
function foldAt(text: string, at: number): { text: string; end: number } {
  let end = at;
  let breaks = 0;
  while (end < text.length && /[ \t\n]/.test(text.charAt(end))) {
    if (text.charAt(end) === '\n') breaks++;
    end++;
  }
  return { text: breaks === 1 ? ' ' : '\n'.repeat(breaks - 1), end };
}

function escapeAt(text: string, at: number): { text: string; end: number } {
  const character = text.charAt(at);
  if (character === '\n') return { text: '', end: foldAt(text, at).end };
  const plain = escapes.get(character);
  if (plain !== undefined) return { text: plain, end: at + 1 };
  const length = codeLengths.get(character);
  const digits = length === undefined ? '' : text.slice(at + 1, at + 1 + length);
  const code = Number.parseInt(digits, 16);
  if (digits.length !== length || !/^[0-9a-fA-F]+$/.test(digits) || code > 0x10ffff)
    throw new YamlProblem('an unknown escape');
  return { text: String.fromCodePoint(code), end: at + 1 + length };
}

/** The text behind `|` or `>` whose lines are further in than `indent`. */
export function blockText(cursor: YamlCursor, indent: number): string {
  const folds = cursor.next === '>';
  const header = /^[|>]([-+]?)([1-9]?)([-+]?)[ \t]*(?:#.*)?$/.exec(cursor.takeLine());
  if (header === null) throw new YamlProblem('a broken head of a block text');
  const chomp = `${header[1]}${header[3]}`;
  let inner = header[2] === '' ? -1 : Math.max(indent, 0) + Number(header[2]);
  const lines: string[] = [];
  while (!cursor.done) {
    const start = cursor.at;
    const line = cursor.takeLine();
    const lead = line.length - line.replace(/^ +/, '').length;
    if (inner < 0 && lead < line.length) inner = lead;
    if (lead < line.length && (lead <= indent || lead < inner)) {
      cursor.moveBack(start, start);
      break;
    }
    lines.push(inner < 0 ? '' : line.slice(inner));
  }
  const end = lines.findLastIndex((line) => line !== '') + 1;
  const body = folds ? folded(lines.slice(0, end)) : lines.slice(0, end).join('\n');
  if (chomp.includes('-') || (end === 0 && !chomp.includes('+'))) return body;
  return chomp.includes('+') ? body + '\n'.repeat(lines.length - end + Number(end > 0)) : `${body}\n`;
}

/** Lines that are further in keep their line breaks. */
function folded(lines: readonly string[]): string {
  let text = '';
  let breaks = 0;
  let before = '';
  for (const line of lines) {
    if (line === '') {
      breaks++;
      continue;
    }
    const kept = /^[ \t]/.test(line) || /^[ \t]/.test(before);
    if (text !== '' || breaks > 0) {
      const all = before === '' && text === '' ? breaks : kept ? breaks + 1 : breaks;
      text += all === 0 ? ' ' : '\n'.repeat(all);
    }
    text += line;
    before = line;
    breaks = 0;
  }
  return text;
}
