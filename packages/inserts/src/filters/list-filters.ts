import { property } from '../compile/property.ts';
import type { FilterDefinition } from '../library.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { textOf } from '../values/convert.ts';
import { convertDecimal } from '../values/convert.ts';
import { addDecimals, parseDecimal } from '../values/decimal.ts';
import { Dict } from '../values/dict.ts';
import { elementsOf } from '../values/elements.ts';
import { Entry, List } from '../values/list.ts';
import { isNumber, parseFloating, toFloat } from '../values/numbers.ts';
import { print, printNested } from '../values/print.ts';
import { Decimal } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { booleanArgument, integerArgument, requiredText, textArgument } from './arguments.ts';
import { identityKey } from './identity-key.ts';
import { sortedBy } from './sorted-by.ts';

/** The property at a path with dots. */
export function propertyAt(value: Value, path: string, rt: Runtime): Value {
  let at = value;
  for (const name of path.split('.')) if (name !== '') at = property(at, name, rt);
  return at;
}

function counted(items: readonly Value[], rt: Runtime): readonly Value[] {
  rt.steps(items.length);
  return items;
}

function made(items: Value[], rt: Runtime): List {
  rt.checkList(items.length);
  return new List(items);
}

function lengthOf(value: Value): number {
  if (value instanceof List) return value.items.length;
  if (value instanceof Dict) return value.size;
  return textOf(value)?.length ?? 0;
}

const common = { params: [], naming: 'appended', keepsSafe: true } as const;

export const listFilters: readonly FilterDefinition[] = [
  {
    ...common,
    name: 'length',
    aliases: ['count'],
    summary: 'The number of elements or characters.',
    apply: (input) => lengthOf(input),
  },
  { ...common, name: 'first', summary: 'The first element.', apply: (input) => elementsOf(input)[0] ?? null },
  {
    ...common,
    name: 'last',
    summary: 'The last element.',
    apply: (input) => elementsOf(input).at(-1) ?? null,
  },
  {
    ...common,
    name: 'join',
    summary: 'The elements, or an attribute of each, as one text with `separator` between them.',
    params: ['separator', 'attribute'],
    apply(input, args, rt) {
      const separator = args[0] === null ? 'null' : (textArgument(args, 0, rt) ?? '');
      const attribute = textArgument(args, 1, rt);
      let text = '';
      counted(elementsOf(input), rt).forEach((item, at) => {
        const value = attribute === null ? item : property(item, attribute, rt);
        const shown = print(value, rt);
        rt.checkString(text.length + separator.length + shown.length);
        text += at === 0 ? shown : separator + shown;
      });
      return text;
    },
  },
  {
    ...common,
    name: 'list',
    summary: 'The value as a list; a text as the list of its characters.',
    apply(input, _, rt) {
      if (input === null) return null;
      const text = textOf(input);
      if (text !== undefined) rt.checkList(text.length);
      const items = text === undefined ? (input instanceof List ? input.items : [input]) : text.split('');
      return made([...counted(items, rt)], rt);
    },
  },
  {
    ...common,
    name: 'reverse',
    summary: 'The list or text from behind.',
    apply(input, _, rt) {
      if (typeof input === 'string') {
        rt.steps(input.length >> 2);
        return input.split('').toReversed().join('');
      }
      return input instanceof List ? made(counted(input.items, rt).toReversed(), rt) : input;
    },
  },
  {
    ...common,
    name: 'batch',
    summary: 'Lists of `linecount` elements each, the last one filled up with `fill_with`.',
    params: ['linecount', 'fill_with'],
    apply(input, args, rt) {
      const size = integerArgument(args, 0, 0, rt);
      if (size === 0) return new List([]);
      const rows: Value[] = [];
      const items = counted(elementsOf(input), rt);
      // as in Jinjava a number below 0 is no limit
      if (size < 0) return new List(items.length === 0 ? [] : [new List([...items])]);
      for (let at = 0; at < items.length; at += size) {
        const row = items.slice(at, at + size);
        rt.checkList(size);
        if (row.length < size) rt.steps(size);
        while (row.length < size) row.push(textArgument(args, 1, rt));
        rows.push(new List(row));
      }
      return made(rows, rt);
    },
  },
  {
    ...common,
    name: 'slice',
    summary: 'Lists of `slices` elements each; the last one filled up with `fill_with` if it is given.',
    params: ['slices', 'fill_with'],
    required: 1,
    apply(input, args, rt) {
      const size = Math.min(integerArgument(args, 0, 3, rt), 1000);
      if (size <= 0) return rt.fail('filter-arguments', 'slice needs a number above 0.');
      const rows: Value[] = [];
      const items = counted(elementsOf(input), rt);
      for (let at = 0; at < items.length; at += size) {
        const row = items.slice(at, at + size);
        while (args.length > 1 && row.length < size) row.push(textArgument(args, 1, rt));
        rows.push(new List(row));
      }
      return made(rows, rt);
    },
  },
  {
    ...common,
    name: 'unique',
    summary: 'The elements without repetitions, by an attribute if one is named.',
    params: ['attribute'],
    apply(input, args, rt) {
      const attribute = textArgument(args, 0, rt);
      const found = new Map<string, Value>();
      for (const item of counted(elementsOf(input), rt)) {
        const key = identityKey(attribute === null ? item : property(item, attribute, rt), rt);
        if (!found.has(key)) found.set(key, item);
      }
      return made([...found.values()], rt);
    },
  },
  {
    ...common,
    name: 'shuffle',
    summary: 'The elements in random order; the same in every pass.',
    apply(input, _, rt) {
      if (!(input instanceof List)) return input;
      const items = [...counted(input.items, rt)];
      for (let at = items.length - 1; at > 0; at--) {
        const other = rt.random.below(at + 1);
        [items[at], items[other]] = [items[other] ?? null, items[at] ?? null];
      }
      return made(items, rt);
    },
  },
  {
    ...common,
    name: 'sort',
    summary: 'The elements in order, by an attribute if one is named.',
    params: ['reverse', 'case_sensitive', 'attribute'],
    apply(input, args, rt) {
      if (input === null) return null;
      const reverse = booleanArgument(args, 0, rt);
      const caseSensitive = booleanArgument(args, 1, rt);
      const attribute = args[2] === undefined ? '' : requiredText(args, 2, 'an attribute to sort by', rt);
      const items = counted(elementsOf(input), rt);
      return made(
        sortedBy(items, (item) => propertyAt(item, attribute, rt), reverse, caseSensitive, rt),
        rt,
      );
    },
  },
  {
    ...common,
    name: 'dictsort',
    summary: 'The entries of a dict in the order of their keys, or of their values.',
    params: ['case_sensitive', 'by'],
    apply(input, args, rt) {
      if (!(input instanceof Dict)) return input;
      const byValue = textArgument(args, 1, rt)?.toLowerCase() === 'value';
      const entries = Array.from(input.asMap(), ([key, value]) => new Entry(key, value));
      rt.steps(entries.length);
      const key = (entry: Value) => (entry instanceof Entry ? (byValue ? entry.value : entry.key) : null);
      return made(sortedBy(entries, key, false, booleanArgument(args, 0, rt), rt, true), rt);
    },
  },
  {
    ...common,
    name: 'groupby',
    summary: 'Groups of elements with the same attribute, each with `grouper` and `list`.',
    params: ['attribute'],
    required: 1,
    apply(input, args, rt) {
      const attribute = requiredText(args, 0, 'an attribute to group by', rt);
      const groups = new Map<string, { value: Value; items: Value[] }>();
      for (const item of counted(elementsOf(input), rt)) {
        const value = property(item, attribute, rt);
        const name = printNested(value, rt);
        const group = groups.get(name) ?? { value, items: [] };
        group.items.push(item);
        groups.set(name, group);
      }
      const made = Array.from(groups, ([grouper, { value, items }]) =>
        Dict.from([
          ['grouper', grouper],
          ['grouperObject', value],
          ['list', new List(items)],
        ]),
      );
      return new List(made);
    },
  },
  {
    ...common,
    name: 'sum',
    summary: 'The sum of the elements, or of an attribute of each, and of `start`.',
    params: ['start', 'attribute'],
    naming: 'separate',
    apply(input, args, rt, named) {
      const attribute = textArgument([named.get('attribute')], 0, rt);
      let sum = addend(args[0] ?? null, rt);
      for (const item of counted(elementsOf(input), rt)) {
        const value = attribute === null ? item : property(item, attribute, rt);
        sum = addDecimals(sum, addend(value, rt));
      }
      return sum;
    },
  },
  {
    ...common,
    name: 'attr',
    summary: 'A property by its name.',
    params: ['name'],
    required: 1,
    apply: (input, args, rt) => property(input, requiredText(args, 0, 'the name of a property', rt), rt),
  },
];

/** What a value adds to a sum: nothing if it is no number. */
function addend(value: Value, rt: Runtime): Decimal {
  if (isNumber(value)) {
    return Number.isFinite(toFloat(value)) ? convertDecimal(value, rt) : new Decimal(0n, 0);
  }
  const text = value === null ? '' : print(value, rt);
  return (parseFloating(text) === undefined ? undefined : parseDecimal(text)) ?? new Decimal(0n, 0);
}
