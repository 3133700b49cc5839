import { escapeJson } from '../json/json-state.ts';
import { parseJson } from '../json/parse-json.ts';
import { toJson } from '../json/to-json.ts';
import type { FilterDefinition } from '../library.ts';
import { printNested } from '../values/print.ts';
import { Marked } from '../values/value.ts';

const beyondAscii = /[/\u0080-\uffff]/g;

function escapeUnit(unit: string): string {
  if (unit === '/') return '\\/';
  return `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

const common = { params: [], naming: 'appended', keepsSafe: false } as const;

export const jsonFilters: readonly FilterDefinition[] = [
  {
    ...common,
    name: 'tojson',
    summary: 'The value as JSON.',
    apply: (input, _, rt) => new Marked(toJson(input, rt), 'json'),
  },
  {
    ...common,
    name: 'fromjson',
    summary: 'The value that a JSON text says.',
    apply(input, _, rt) {
      if (input === null) return null;
      if (typeof input !== 'string') return rt.fail('type', 'fromjson needs a text.');
      rt.steps(input.length >> 4);
      const parsed = parseJson(input, () => rt.step());
      return parsed.kind === 'value' ? parsed.value : rt.fail('type', 'fromjson: this text is no JSON.');
    },
  },
  {
    ...common,
    name: 'escapejson',
    summary: 'The text escaped for the inside of a JSON string.',
    keepsSafe: true,
    // as in Jinjava / and all that is not ASCII are escaped too, which JSON allows
    apply(input, _, rt) {
      const text = printNested(input, rt);
      rt.steps(text.length >> 4);
      rt.checkString(text.length * 6);
      return new Marked(escapeJson(text).replaceAll(beyondAscii, escapeUnit), 'json-escaped');
    },
  },
  {
    ...common,
    name: 'safe',
    summary: 'Prints the text as it stands, whatever the output is for.',
    apply: (input) => (typeof input === 'string' ? new Marked(input, 'safe') : input),
  },
];
