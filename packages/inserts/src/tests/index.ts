import { byName } from '../library.ts';
import type { Arguments, TestDefinition } from '../library.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { compare, contains, equals } from '../values/comparison.ts';
import { isTruthy, textOf } from '../values/convert.ts';
import { Dict } from '../values/dict.ts';
import { elementsOf } from '../values/elements.ts';
import { List } from '../values/list.ts';
import { isInteger, isNumber, toFloat, toInt32 } from '../values/numbers.ts';
import { print } from '../values/print.ts';
import { Decimal } from '../values/value.ts';
import type { Value } from '../values/value.ts';

function other(args: Arguments, rt: Runtime): Value {
  const [value] = args;
  return value === undefined
    ? rt.fail('test-arguments', 'This test needs something to compare with.')
    : value;
}

/** Null is as great as null here, though it is neither less nor greater than anything. */
function compareOrBothNull(a: Value, b: Value, rt: Runtime): number {
  return a === null && b === null ? 0 : compare(a, b, rt);
}

function isDivisible(subject: Value, args: Arguments, rt: Runtime): boolean {
  if (!isNumber(subject) || !Number.isInteger(toFloat(subject))) return false;
  const divisor = other(args, rt);
  if (divisor === null) return false;
  if (!isNumber(divisor) || !Number.isInteger(toFloat(divisor)) || toInt32(divisor) === 0) {
    return rt.fail('test-arguments', 'divisibleby needs a whole number other than 0.');
  }
  return toInt32(subject) % toInt32(divisor) === 0;
}

function isContainedIn(subject: Value, args: Arguments, rt: Runtime): boolean {
  const container = other(args, rt);
  if (!(container instanceof List)) return rt.fail('test-arguments', 'This test needs a list.');
  return contains(subject, container, rt);
}

const parity =
  (wanted: boolean): TestDefinition['check'] =>
  (subject) =>
    isNumber(subject) && (toInt32(subject) % 2 === 0) === wanted;

/** Letters only, all of one case. */
const letters =
  (pattern: RegExp): TestDefinition['check'] =>
  (subject) => {
    const text = textOf(subject);
    return text !== undefined && pattern.test(text);
  };

const isFloating = (value: Value): boolean =>
  value instanceof Decimal ? value.scale > 0 : isNumber(value) && !isInteger(value);

/** The tests that every template can use, by name and alias. */
export const standardTests: ReadonlyMap<string, TestDefinition> = byName<TestDefinition>([
  { name: 'defined', summary: 'Not null.', check: (subject) => subject !== null },
  { name: 'undefined', aliases: ['none'], summary: 'Null.', check: (subject) => subject === null },
  { name: 'truthy', summary: 'Counts as true in an if.', check: (subject, _, rt) => isTruthy(subject, rt) },
  { name: 'boolean', summary: 'true or false.', check: (subject) => typeof subject === 'boolean' },
  { name: 'true', summary: 'true itself.', check: (subject) => subject === true },
  { name: 'false', summary: 'false itself.', check: (subject) => subject === false },
  { name: 'number', summary: 'A number.', check: (subject) => isNumber(subject) },
  {
    name: 'integer',
    summary: 'A whole number that is not floating-point.',
    check: (subject) => isInteger(subject) || (subject instanceof Decimal && subject.scale === 0),
  },
  { name: 'float', summary: 'A floating-point number.', check: (subject) => isFloating(subject) },
  { name: 'even', summary: 'An even number.', check: parity(true) },
  { name: 'odd', summary: 'An odd number.', check: parity(false) },
  { name: 'divisibleby', summary: 'Divisible without a rest.', check: isDivisible },
  { name: 'string', summary: 'A text.', check: (subject) => textOf(subject) !== undefined },
  {
    name: 'string_containing',
    summary: 'A text with this text in it.',
    check: (subject, args, rt) => {
      const part = other(args, rt);
      return part !== null && (textOf(subject)?.includes(print(part, rt)) ?? false);
    },
  },
  {
    name: 'string_startingwith',
    summary: 'A text that begins with this text.',
    check: (subject, args, rt) => {
      const part = other(args, rt);
      return part !== null && (textOf(subject)?.startsWith(print(part, rt)) ?? false);
    },
  },
  { name: 'lower', summary: 'A text of small letters only.', check: letters(/^\p{Ll}+$/u) },
  { name: 'upper', summary: 'A text of capitals only.', check: letters(/^\p{Lu}+$/u) },
  { name: 'mapping', summary: 'A dict.', check: (subject) => subject instanceof Dict },
  {
    name: 'iterable',
    aliases: ['sequence'],
    summary: 'A list.',
    check: (subject) => subject instanceof List,
  },
  {
    name: 'equalto',
    aliases: ['eq', '=='],
    summary: 'Equal, as ==.',
    check: (subject, args, rt) => equals(subject, other(args, rt), rt),
  },
  {
    name: 'ne',
    aliases: ['!='],
    summary: 'Unequal, as !=.',
    check: (subject, args, rt) => !equals(subject, other(args, rt), rt),
  },
  {
    name: 'lt',
    aliases: ['lessthan', '<'],
    summary: 'Less, as <.',
    check: (subject, args, rt) => compare(subject, other(args, rt), rt) < 0,
  },
  {
    name: 'le',
    aliases: ['<='],
    summary: 'Less or equal, as <=; two nulls are equal.',
    check: (subject, args, rt) => compareOrBothNull(subject, other(args, rt), rt) <= 0,
  },
  {
    name: 'gt',
    aliases: ['greaterthan', '>'],
    summary: 'Greater, as >.',
    check: (subject, args, rt) => compare(subject, other(args, rt), rt) > 0,
  },
  {
    name: 'ge',
    aliases: ['>='],
    summary: 'Greater or equal, as >=; two nulls are equal.',
    check: (subject, args, rt) => compareOrBothNull(subject, other(args, rt), rt) >= 0,
  },
  {
    name: 'sameas',
    summary: 'The very same value.',
    check: (subject, args, rt) => subject === other(args, rt),
  },
  { name: 'in', aliases: ['within'], summary: 'An element of a list.', check: isContainedIn },
  {
    name: 'containing',
    summary: 'A list, dict or text with this in it.',
    check: (subject, args, rt) => args.length > 0 && contains(args[0] ?? null, subject, rt),
  },
  {
    name: 'containingall',
    summary: 'A list with all of these in it.',
    check: (subject, [wanted = null], rt) =>
      subject !== null && wanted !== null && elementsOf(wanted).every((item) => contains(item, subject, rt)),
  },
]);
