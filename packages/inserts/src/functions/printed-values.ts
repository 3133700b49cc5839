import type { FunctionDefinition } from '../library.ts';
import { Entry, List } from '../values/list.ts';
import { printNested } from '../values/print.ts';
import type { Value } from '../values/value.ts';

function listOf(args: readonly Value[]): List {
  return new List([...args]);
}

/** How Jinjava writes values that have no literal when it prints a template back. */
export const printedValues: readonly FunctionDefinition[] = [
  {
    name: 'fn:map_entry',
    summary: 'An entry of a dict, as items() gives them.',
    params: ['key', 'value'],
    call: ([key = null, value = null], _, rt) => new Entry(printNested(key, rt), value),
  },
  { name: 'fn:list', summary: 'A list of the arguments.', params: [], call: listOf },
  { name: 'fn:immutable_list', summary: 'A list of the arguments.', params: [], call: listOf },
];
