import { noNames } from '../compile/arguments.ts';
import { property } from '../compile/property.ts';
import type { Arguments, FilterDefinition, Library, TestDefinition } from '../library.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { isTruthy, operand } from '../values/convert.ts';
import { elementsOf } from '../values/elements.ts';
import { List } from '../values/list.ts';
import type { Value } from '../values/value.ts';
import { requiredText } from './arguments.ts';
import { propertyAt } from './list-filters.ts';

type Names = Pick<Library, 'tests'> & { filters(): ReadonlyMap<string, FilterDefinition> };

/** The filters that apply another filter or a test to every element; they look those up in `library`. */
export function applyingFilters(library: Names): readonly FilterDefinition[] {
  const common = { naming: 'appended', keepsSafe: true } as const;
  const testNamed = (args: Arguments, at: number, rt: Runtime): TestDefinition => {
    const name = requiredText(args, at, 'the name of a test', rt);
    return library.tests.get(name) ?? rt.fail('unknown-test', `There is no test ${name}.`);
  };

  const chosen =
    (wanted: boolean): FilterDefinition['apply'] =>
    (input, args, rt) => {
      const test = testNamed(args, 0, rt);
      const rest = args.slice(1);
      return filtered(input, rt, (item) => test.check(operand(item, rt), rest, rt) === wanted);
    };

  const chosenByAttribute =
    (wanted: boolean): FilterDefinition['apply'] =>
    (input, args, rt) => {
      const attribute = requiredText(args, 0, 'the name of an attribute', rt);
      const test = args.length > 1 ? testNamed(args, 1, rt) : null;
      const rest = args.slice(2);
      return filtered(input, rt, (item) => {
        const value = operand(propertyAt(item, attribute, rt), rt);
        return (test === null ? isTruthy(value, rt) : test.check(value, rest, rt)) === wanted;
      });
    };

  return [
    {
      ...common,
      name: 'map',
      summary: 'Every element through a filter, or an attribute of each.',
      params: ['filter', 'attribute'],
      naming: 'separate',
      required: 1,
      apply(input, args, rt, named) {
        const attribute = named.get('attribute');
        const name = requiredText(
          attribute === undefined ? args : [attribute],
          0,
          'a filter or an attribute',
          rt,
        );
        const filter = attribute === undefined ? library.filters().get(name) : undefined;
        const rest = args.slice(1);
        const items = elementsOf(input).map((item) => {
          rt.step();
          const value = operand(item, rt);
          return filter === undefined ? property(value, name, rt) : filter.apply(value, rest, rt, noNames);
        });
        return new List(items);
      },
    },
    {
      ...common,
      name: 'select',
      summary: 'The elements that pass a test.',
      params: ['test'],
      required: 1,
      apply: chosen(true),
    },
    {
      ...common,
      name: 'reject',
      summary: 'The elements that fail a test.',
      params: ['test'],
      required: 1,
      apply: chosen(false),
    },
    {
      ...common,
      name: 'selectattr',
      summary: 'The elements of which an attribute passes a test (truthy).',
      params: ['attribute', 'test'],
      required: 1,
      apply: chosenByAttribute(true),
    },
    {
      ...common,
      name: 'rejectattr',
      summary: 'The elements of which an attribute fails a test (truthy).',
      params: ['attribute', 'test'],
      required: 1,
      apply: chosenByAttribute(false),
    },
  ];
}

function filtered(input: Value, rt: Runtime, keep: (item: Value) => boolean): List {
  const items = elementsOf(input).filter((item) => {
    rt.step();
    return keep(item);
  });
  return new List(items);
}
