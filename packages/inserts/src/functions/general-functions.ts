import { truncateText } from '../filters/truncate-text.ts';
import type { FunctionDefinition } from '../library.ts';
import { printBlock } from '../runtime/loading.ts';
import { textOf } from '../values/convert.ts';
import { Dict } from '../values/dict.ts';
import { List } from '../values/list.ts';
import { isInteger, isNumber } from '../values/numbers.ts';
import { DateTime, Decimal } from '../values/value.ts';
import type { Value } from '../values/value.ts';

function typeName(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'bool';
  if (textOf(value) !== undefined) return 'str';
  if (isInteger(value)) return 'long';
  if (isNumber(value)) return value instanceof Decimal ? 'unknown' : 'float';
  if (value instanceof List) return 'list';
  if (value instanceof Dict) return 'dict';
  return value instanceof DateTime ? 'datetime' : 'unknown';
}

export const generalFunctions: readonly FunctionDefinition[] = [
  {
    name: 'super',
    summary: 'Inside of a block: the text of the block that it replaces; nothing elsewhere.',
    params: [],
    call(_, __, rt) {
      const block = rt.loading?.block ?? null;
      if (rt.loading === null || block === null) return '';
      return printBlock(rt.loading, block.name, block.index + 1, rt);
    },
  },
  {
    name: 'type',
    summary: 'The name of the kind of a value: null, bool, str, long, float, list, dict or datetime.',
    params: ['value'],
    call: ([value = null]) => typeName(value),
  },
  {
    name: 'truncate',
    summary: 'As the filter of this name.',
    params: ['text', 'length', 'killwords', 'end'],
    call([text = null, ...args], _, rt) {
      const plain = textOf(text);
      return plain === undefined ? text : truncateText(plain, args, rt);
    },
  },
];
