import type { FilterDefinition } from '../library.ts';
import { escapeHtml } from '../output/html.ts';
import { renderText } from '../runtime/loading.ts';
import { isTruthy, textOf } from '../values/convert.ts';
import { Dict } from '../values/dict.ts';
import { List } from '../values/list.ts';
import { isInteger, isNumber } from '../values/numbers.ts';
import { print } from '../values/print.ts';
import { DateTime, Decimal } from '../values/value.ts';
import type { Value } from '../values/value.ts';
import { booleanArgument, integerArgument } from './arguments.ts';
import { formatText } from './format-text.ts';
import { snakeCaseDict } from './snake-case-dict.ts';

/** The name of the Java class that holds such a value in Jinjava. */
function className(value: Value): string {
  if (textOf(value) !== undefined) return 'String';
  if (value instanceof Dict) return 'SizeLimitingPyMap';
  if (value instanceof List) return 'SizeLimitingPyList';
  if (value instanceof DateTime) return 'PyishDate';
  if (value instanceof Decimal) return 'BigDecimal';
  if (isInteger(value)) return typeof value === 'number' && Math.abs(value) < 2 ** 31 ? 'Integer' : 'Long';
  return isNumber(value) ? 'Double' : 'Boolean';
}

function sortedByKey(dict: Dict): Dict {
  return Dict.from([...dict.asMap()].sort(([a], [b]) => (a < b ? -1 : Number(a > b))));
}

const common = { params: [], naming: 'appended', keepsSafe: true } as const;

export const generalFilters: readonly FilterDefinition[] = [
  {
    ...common,
    name: 'default',
    aliases: ['d'],
    summary: 'The value, or `default_value` if it is null, or with truthy if it is anything false.',
    params: ['default_value', 'truthy'],
    required: 1,
    naming: 'named',
    apply(input, args, rt) {
      const present = booleanArgument(args, 1, rt) ? isTruthy(input, rt) : input !== null;
      if (present) return input;
      const fallback = args[0] ?? null;
      if (
        fallback === null ||
        fallback instanceof Dict ||
        fallback instanceof List ||
        fallback instanceof DateTime
      ) {
        return fallback;
      }
      return print(fallback, rt);
    },
  },
  {
    ...common,
    name: 'pprint',
    summary: 'The value with its kind, for a look while writing a template.',
    apply(input, _, rt) {
      if (input === null) return 'null';
      const shown = print(input instanceof Dict ? sortedByKey(input) : input, rt);
      return escapeHtml(`{% raw %}(${className(input)}: ${shown}){% endraw %}`);
    },
  },
  {
    ...common,
    name: 'format',
    summary: 'The text with %s, %d, %.2f and the like replaced by the arguments.',
    keepsSafe: false,
    apply: (input, args, rt) => formatText(print(input, rt), args, rt),
  },
  {
    ...common,
    name: 'render',
    summary:
      'The text rendered as a template, at most `limit` characters of it. Never for a text that others wrote.',
    params: ['limit'],
    keepsSafe: false,
    apply(input, args, rt) {
      const limit = integerArgument(args, 0, rt.limits.output, rt);
      const text = renderText(input, rt);
      if (limit > 0 && text.length > limit)
        rt.fail('limit-output', `The rendered text is longer than ${limit} characters.`);
      return text;
    },
  },
  {
    ...common,
    name: 'allow_snake_case',
    summary: 'A dict whose keys in camelCase can also be read in snake_case.',
    apply: (input) => (input instanceof Dict ? snakeCaseDict(input) : input),
  },
];
