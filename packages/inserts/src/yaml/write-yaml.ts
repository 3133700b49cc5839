import { Dict } from '../values/dict.ts';
import { Entry, List } from '../values/list.ts';
import { isNumber, printNumber } from '../values/numbers.ts';
import { print } from '../values/print.ts';
import type { PrintBudget } from '../values/print.ts';
import { Callable, DateTime, Loop } from '../values/value.ts';
import type { Value } from '../values/value.ts';

/** What is called when a value has no YAML form. */
export interface YamlBudget extends PrintBudget {
  fail(code: string, message: string): never;
}

const maxDepth = 100;

/** Lines are broken at the first space behind this column. */
const lineWidth = 80;

/** The YAML of a value as Jackson writes it: texts in double quotes, lists as far out as their key. */
export function toYaml(value: Value, budget: YamlBudget): string {
  // an empty text alone would be no document
  if (value === '') return '--- ""\n';
  const text = write(value, '', 0, budget, 0);
  return `${text.replace(/^[\n ]+/, '')}\n`;
}

/**
 * What stands behind `key:` or `-`, beginning with the space or the line break. `indent` is that of the members of a
 * dict, `column` how far the line already is.
 */
function write(value: Value, indent: string, column: number, budget: YamlBudget, depth: number): string {
  budget.step();
  if (depth > maxDepth)
    return budget.fail('yaml-depth', 'A list or dict is nested too deeply, or contains itself.');
  if (value instanceof Entry)
    return write(Dict.from([[value.key, value.value]]), indent, column, budget, depth);
  if (value instanceof List && value.items.length > 0) return writeList(value, indent, budget, depth);
  if (value instanceof Dict && value.size > 0) return writeDict(value, indent, budget, depth);
  if (value instanceof List) return ' []';
  if (value instanceof Dict) return ' {}';
  if (value === null || value instanceof Loop || value instanceof Callable) return ' null';
  if (isNumber(value)) return ` ${printNumber(value)}`;
  if (typeof value === 'boolean') return ` ${value}`;
  if (value instanceof DateTime) return ` ${value.epochMs}`;
  return ` ${quoted(print(value, budget), indent, column + 1)}`;
}

function writeList(list: List, indent: string, budget: YamlBudget, depth: number): string {
  let text = '';
  for (const item of list.items) {
    const inner = write(item, `${indent}  `, indent.length + 1, budget, depth + 1);
    // a list or dict begins in the line of its dash
    text += `\n${indent}-${inner.startsWith('\n') ? ` ${inner.slice(indent.length + 3)}` : inner}`;
    budget.checkString(text.length);
  }
  return text;
}

function writeDict(dict: Dict, indent: string, budget: YamlBudget, depth: number): string {
  let text = '';
  for (const [name, item] of dict.asMap()) {
    const key = keyOf(name);
    const inner = item instanceof List && !(item instanceof Entry) ? indent : `${indent}  `;
    text += `\n${indent}${key}:${write(item, inner, indent.length + key.length + 1, budget, depth + 1)}`;
    budget.checkString(text.length);
  }
  return text;
}

/** Keys that other readers of YAML would take for something else than a text. */
const reservedKey =
  /^(?:false|False|FALSE|n|N|no|No|NO|null|Null|NULL|on|On|ON|off|Off|OFF|true|True|TRUE|y|Y|yes|Yes|YES|~|[-+.\d].*|)$/;
const plainKey = /^(?:[^\s\-?:,[\]{}#&*!|>'"%@`]|[-?:](?=\S))(?:[^\s:#]|:(?=\S)|(?<=\S)#| (?=[^\s#]))*$/;
// oxlint-disable-next-line no-control-regex -- control characters are what must be escaped
const special = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff\ufeff]/;

function keyOf(name: string): string {
  if (reservedKey.test(name) || special.test(name)) return quoted(name, '', 0, false);
  return plainKey.test(name) ? name : `'${name.replaceAll("'", "''")}'`;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['\0', '\\0'],
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\r', '\\r'],
  ['\u001b', '\\e'],
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\u0085', '\\N'],
  ['\u00a0', '\\_'],
  ['\u2028', '\\L'],
  ['\u2029', '\\P'],
]);

// oxlint-disable-next-line no-control-regex -- control characters are what must be escaped
const escaped = /["\\\u0000-\u001f\u007f-\u00a0\u2028\u2029\ufeff]/g;

function escapeCharacter(character: string): string {
  const known = escapes.get(character);
  if (known !== undefined) return known;
  const code = character.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
}

/** A text in double quotes; one that is too long for its line goes on in the next, behind a backslash. */
function quoted(text: string, indent: string, column: number, splits = true): string {
  const content = text.replace(escaped, escapeCharacter);
  if (!splits || column + content.length <= lineWidth) return `"${content}"`;
  let line = column + 1;
  let out = '"';
  let from = 0;
  for (let at = content.indexOf(' ', 1); at >= 0; at = content.indexOf(' ', at + 1)) {
    if (line + at - from <= lineWidth || at >= content.length - 1) continue;
    out += `${content.slice(from, at)}\\\n${indent}\\`;
    line = indent.length + 1;
    from = at;
  }
  return `${out}${content.slice(from)}"`;
}
