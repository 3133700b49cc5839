import { escapeJson } from '../json/json-state.ts';
import { toJson } from '../json/to-json.ts';
import type { FilterDefinition } from '../library.ts';
import { print } from '../values/print.ts';
import { Marked } from '../values/value.ts';

export const jsonFilters: readonly FilterDefinition[] = [
  {
    name: 'tojson',
    summary: 'The value as JSON.',
    params: [],
    naming: 'appended',
    keepsSafe: false,
    apply: (input, _, rt) => new Marked(toJson(input, rt), 'json'),
  },
  {
    name: 'escapejson',
    summary: 'The text escaped for the inside of a JSON string.',
    params: [],
    naming: 'appended',
    keepsSafe: true,
    apply: (input, _, rt) => new Marked(escapeJson(print(input, rt)), 'json-escaped'),
  },
  {
    name: 'safe',
    summary: 'Prints the text as it stands, whatever the output is for.',
    params: [],
    naming: 'appended',
    keepsSafe: false,
    apply: (input) => (typeof input === 'string' ? new Marked(input, 'safe') : input),
  },
];
