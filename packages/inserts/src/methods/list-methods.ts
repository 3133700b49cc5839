import type { MethodDefinition } from '../library.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { same } from '../values/comparison.ts';
import { List } from '../values/list.ts';
import type { Value } from '../values/value.ts';
import { indexArgument } from './method-arguments.ts';

function indexOf(list: List, wanted: Value, rt: Runtime): number {
  return list.items.findIndex((item) => same(item, wanted, rt));
}

/** Java's and Python's ways to add: never the list to itself. */
function append(list: List, [item = null]: readonly Value[], rt: Runtime): boolean {
  if (item === list) return false;
  rt.checkList(list.items.length + 1);
  list.items.push(item);
  return true;
}

function extend(list: List, [more = null]: readonly Value[], rt: Runtime): boolean {
  if (!(more instanceof List)) return false;
  rt.checkList(list.items.length + more.items.length);
  rt.steps(more.items.length);
  for (const item of more.items.slice()) list.items.push(item);
  return more.items.length > 0;
}

function addAt(list: List, at: number, item: Value, rt: Runtime): null {
  if (item === list) return null;
  rt.checkList(list.items.length + 1);
  rt.steps(list.items.length >> 3);
  list.items.splice(at, 0, item);
  return null;
}

/** Before an element, at the earliest before the first; nowhere if there is none at that place. */
function insert(list: List, args: readonly Value[], rt: Runtime): null {
  const [, item = null] = args;
  const asked = indexArgument(args, 0, rt);
  if (asked >= list.items.length) return null;
  return addAt(list, asked < 0 ? Math.max(0, asked + list.items.length) : asked, item, rt);
}

/** Java's `add`: at the end, or at a place that may be the end. */
function add(list: List, args: readonly Value[], rt: Runtime): Value {
  if (args.length < 2) return append(list, args, rt);
  const at = indexArgument(args, 0, rt);
  if (at < 0 || at > list.items.length) return rt.fail('method-arguments', `There is no place ${at}.`);
  return addAt(list, at, args[1] ?? null, rt);
}

function subList(list: List, args: readonly Value[], rt: Runtime): List {
  const from = indexArgument(args, 0, rt);
  const to = indexArgument(args, 1, rt);
  if (from < 0 || to > list.items.length || from > to) {
    return rt.fail(
      'method-arguments',
      `subList(${from}, ${to}) reaches beyond a list of ${list.items.length} elements.`,
    );
  }
  rt.steps(to - from);
  return new List(list.items.slice(from, to));
}

/** Takes an element out; null if there is none at that place. */
function pop(list: List, args: readonly Value[], rt: Runtime): Value {
  const asked = args.length === 0 ? -1 : indexArgument(args, 0, rt);
  const at = asked < 0 ? asked + list.items.length : asked;
  if (at < 0 || at >= list.items.length) return null;
  rt.steps(list.items.length >> 3);
  return list.items.splice(at, 1)[0] ?? null;
}

function remove(list: List, [item = null]: readonly Value[], rt: Runtime): boolean {
  const at = indexOf(list, item, rt);
  if (at >= 0) list.items.splice(at, 1);
  return at >= 0;
}

function index(list: List, args: readonly Value[], rt: Runtime): number {
  const [wanted = null] = args;
  if (args.length < 3) return indexOf(list, wanted, rt);
  const from = Math.max(0, indexArgument(args, 1, rt));
  const found = list.items
    .slice(from, Math.max(from, indexArgument(args, 2, rt)))
    .findIndex((item) => same(item, wanted, rt));
  return found < 0 ? -1 : found + from;
}

function clear(list: List): null {
  list.items.length = 0;
  return null;
}

/** Methods of lists, Java's and Python's. */
export const listMethods: readonly MethodDefinition<List>[] = [
  { name: 'size', summary: 'The number of elements.', call: (list) => list.items.length },
  { name: 'isEmpty', summary: 'True for an empty list.', call: (list) => list.items.length === 0 },
  {
    name: 'get',
    summary: 'The element at a place; null if there is none.',
    call: (list, args, rt) => list.items[indexArgument(args, 0, rt)] ?? null,
  },
  {
    name: 'contains',
    summary: 'True if a value is in it.',
    call: (list, [item = null], rt) => indexOf(list, item, rt) >= 0,
  },
  {
    name: 'indexOf',
    summary: 'Where a value is first found, or -1.',
    call: (list, [item = null], rt) => indexOf(list, item, rt),
  },
  {
    name: 'lastIndexOf',
    summary: 'Where a value is last found, or -1.',
    call: (list, [wanted = null], rt) => list.items.findLastIndex((item) => same(item, wanted, rt)),
  },
  { name: 'index', summary: 'Where a value is first found (from, to), or -1.', call: index },
  {
    name: 'count',
    summary: 'How often a value is in it.',
    call: (list, [wanted = null], rt) => list.items.filter((item) => same(item, wanted, rt)).length,
  },
  { name: 'append', summary: 'Adds an element.', call: append },
  { name: 'add', summary: 'Adds an element at the end, or at a place.', call: add },
  { name: 'extend', summary: 'Adds the elements of a list.', call: extend },
  { name: 'addAll', summary: 'Adds the elements of a list.', call: extend },
  { name: 'insert', summary: 'Adds an element before the one at a place.', call: insert },
  { name: 'pop', summary: 'Takes the last element out, or that at a place.', call: pop },
  { name: 'remove', summary: 'Removes a value; true if it was there.', call: remove },
  { name: 'clear', summary: 'Removes every element.', call: clear },
  {
    name: 'reverse',
    summary: 'Turns the order of the elements.',
    call(list, _, rt) {
      rt.steps(list.items.length);
      list.items.reverse();
      return null;
    },
  },
  {
    name: 'copy',
    summary: 'A list with the same elements.',
    call(list, _, rt) {
      rt.steps(list.items.length);
      return new List([...list.items]);
    },
  },
  {
    name: 'subList',
    summary: 'The elements from a place up to another.',
    call: subList,
  },
  {
    name: 'containsAll',
    summary: 'True if all values of a list are in it.',
    call: (list, [wanted = null], rt) =>
      wanted instanceof List && wanted.items.every((item) => indexOf(list, item, rt) >= 0),
  },
  {
    name: 'toList',
    summary: 'The list itself.',
    call: (list) => list,
  },
  { name: 'getKey', summary: 'The key of an entry of a dict.', call: (list) => list.items[0] ?? null },
  { name: 'getValue', summary: 'The value of an entry of a dict.', call: (list) => list.items[1] ?? null },
  {
    name: 'set',
    summary: 'Replaces the element at a place by another, and gives the old one.',
    call(list, args, rt) {
      const at = indexArgument(args, 0, rt);
      const [, item = null] = args;
      if (at < 0 || at >= list.items.length) return rt.fail('method-arguments', `There is no element ${at}.`);
      const old = list.items[at] ?? null;
      if (item !== list) list.items[at] = item;
      return old;
    },
  },
];
