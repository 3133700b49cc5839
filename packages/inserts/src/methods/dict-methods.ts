import type { MethodDefinition } from '../library.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { same } from '../values/comparison.ts';
import { Dict } from '../values/dict.ts';
import { Entry, List } from '../values/list.ts';
import { print } from '../values/print.ts';
import type { Value } from '../values/value.ts';

function get(dict: Dict, [key = null, fallback = null]: readonly Value[], rt: Runtime): Value {
  const name = print(key, rt);
  return fallback === null || dict.asMap().has(name) ? dict.get(name) : fallback;
}

/** A null key is the key `null`, as Java prints it. */
function put(dict: Dict, [key = null, value = null]: readonly Value[], rt: Runtime): Value {
  const name = key === null ? 'null' : print(key, rt);
  if (value === dict) return null;
  const old = dict.get(name);
  rt.checkList(dict.size + 1);
  dict.asMap().set(name, value);
  return old;
}

function update(dict: Dict, [more = null]: readonly Value[], rt: Runtime): null {
  if (!(more instanceof Dict)) return null;
  rt.checkList(dict.size + more.size);
  rt.steps(more.size);
  for (const [key, value] of new Map(more.asMap())) if (value !== dict) dict.asMap().set(key, value);
  return null;
}

function items(dict: Dict, _: readonly Value[], rt: Runtime): List {
  rt.steps(dict.size);
  return new List(Array.from(dict.asMap(), ([key, value]) => new Entry(key, value)));
}

function keys(dict: Dict, _: readonly Value[], rt: Runtime): List {
  rt.steps(dict.size);
  return new List([...dict.asMap().keys()]);
}

function remove(dict: Dict, [key = null]: readonly Value[], rt: Runtime): Value {
  const name = print(key, rt);
  const old = dict.get(name);
  dict.asMap().delete(name);
  return old;
}

/** Methods of dicts, Java's and Python's. */
export const dictMethods: readonly MethodDefinition<Dict>[] = [
  { name: 'get', summary: 'The value of a key; the second argument or null if there is none.', call: get },
  { name: 'getOrDefault', summary: 'The value of a key; the second argument if there is none.', call: get },
  { name: 'put', summary: 'Sets the value of a key, and gives the old one.', call: put },
  { name: 'update', summary: 'Sets the keys of another dict.', call: update },
  { name: 'putAll', summary: 'Sets the keys of another dict.', call: update },
  {
    name: 'putIfAbsent',
    summary: 'Sets the value of a key that has none.',
    call: (dict, args, rt) =>
      dict.get(print(args[0] ?? null, rt)) === null ? put(dict, args, rt) : get(dict, args.slice(0, 1), rt),
  },
  {
    name: 'replace',
    summary: 'Sets the value of a key that is there, and gives the old one.',
    call: (dict, args, rt) => (dict.asMap().has(print(args[0] ?? null, rt)) ? put(dict, args, rt) : null),
  },
  { name: 'items', summary: 'Keys with their values.', call: items },
  { name: 'entrySet', summary: 'Keys with their values.', call: items },
  { name: 'keys', summary: 'The keys.', call: keys },
  { name: 'keySet', summary: 'The keys.', call: keys },
  {
    name: 'values',
    summary: 'The values.',
    call(dict, _, rt) {
      rt.steps(dict.size);
      return new List([...dict.asMap().values()]);
    },
  },
  { name: 'size', summary: 'The number of keys.', call: (dict) => dict.size },
  { name: 'isEmpty', summary: 'True for an empty dict.', call: (dict) => dict.size === 0 },
  {
    name: 'containsKey',
    summary: 'True if there is such a key.',
    call: (dict, [key = null], rt) => dict.asMap().has(print(key, rt)),
  },
  {
    name: 'containsValue',
    summary: 'True if there is such a value.',
    call: (dict, [wanted = null], rt) => [...dict.asMap().values()].some((value) => same(value, wanted, rt)),
  },
  { name: 'remove', summary: 'Removes a key, and gives its value.', call: remove },
  {
    name: 'clear',
    summary: 'Removes every key.',
    call(dict) {
      dict.asMap().clear();
      return null;
    },
  },
];
