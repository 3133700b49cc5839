import { parseSegment } from '@laurel/workflow';
import type { SegmentCondition } from '@laurel/workflow';
import fc from 'fast-check';

import { conditionOf } from './condition-of.ts';
import type { TestProfile } from './evaluate-segment.ts';
import { INSTANTS, NOW, NUMBERS, TEXTS } from './sample-values.ts';

const DAY = 86_400_000;

const texts = fc.constantFrom(...TEXTS);
const instants = fc.constantFrom(...INSTANTS);
const numbers = fc.oneof(
  fc.constantFrom(...NUMBERS),
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const scalars = fc.oneof(texts, instants, numbers, fc.boolean());
const json = fc.letrec<{ value: unknown; list: unknown[]; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { weight: 8, arbitrary: scalars },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: tie('list') },
    { weight: 2, arbitrary: tie('object') },
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', '0', '-1', '', 'x.y'), tie('value'), { maxKeys: 3 }),
})).value;

const ownNames = ['a', 'b', 'city', 'a.b', 'é', '0', 'TIMESTAMP'];
const names = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...ownNames, 'missing', '__proto__', 'constructor') },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.constantFrom('a', 'b', 'c', '0', '1', '-1', '01', ' 0', '', 'length', '99999999999'), {
        minLength: 2,
        maxLength: 4,
      })
      .map((parts) => parts.join('.')),
  },
);
const values = fc.dictionary(fc.constantFrom(...ownNames), json, { maxKeys: 6 });
const actions = fc.constantFrom('page.visit', 'certification.acquired', 'other');
const tags = fc.constantFrom('vip', 'new', 'é', "o'hara");

const times = fc
  .tuple(fc.integer({ min: 0, max: 100 }), fc.constantFrom(0, 1, -1, 3_600_000))
  .map(([days, ms]) => new Date(NOW.getTime() - days * DAY + ms));
const events = fc
  .record({
    action: actions,
    time: times,
    params: values,
    late: fc.constantFrom(0, 0, 1, DAY, 40 * DAY),
  })
  .map(({ late, ...event }) => ({ ...event, receivedAt: new Date(event.time.getTime() + late) }));

export const profiles: fc.Arbitrary<Omit<TestProfile, 'id'>> = fc.record({
  email: fc.option(fc.constantFrom('ada@example.org', 'grace@example.org')),
  customId: fc.option(fc.constantFrom('c1', 'é', '5')),
  uuid: fc.option(fc.constantFrom('u1', '2026-11-24')),
  attributes: values,
  tags: fc.uniqueArray(tags, { maxLength: 3 }),
  events: fc.array(events, { maxLength: 6 }),
});

const validInstants = instants.filter((text) => isValid({ operator: 'date-before', value: text }));
const durations = fc.record({
  amount: fc.constantFrom(1, 2, 7, 30, 1_000),
  unit: fc.constantFrom('minute', 'hour', 'day', 'week'),
});
const patterns = fc
  .tuple(
    fc.constantFrom('', '^'),
    fc.array(
      fc
        .tuple(
          fc.constantFrom(
            '.',
            '[^a]',
            '[a-z\\d]',
            '\\w',
            '\\s',
            '\\D',
            '(?:a|)',
            '(o|é|😀)',
            '\\.',
            '[]\\^-]',
            '%',
            '$',
          ),
          fc.constantFrom('', '', '*', '+', '?', '{2}', '{0,2}', '{1,}', '+?'),
        )
        .map((parts) => parts.join('')),
      { minLength: 1, maxLength: 4 },
    ),
    fc.constantFrom('', '$', '|London'),
  )
  .map((parts) => parts.flat().join(''))
  .filter((value) => isValid({ operator: 'regex', value }));

const operation = fc.oneof(
  withValue(['equal', 'not-equal', 'array-contain', 'array-not-contain'], scalars),
  withValue(['contain', 'not-contain', 'start-with', 'end-with'], fc.oneof(texts, instants)),
  withValue(['regex', 'not-regex'], patterns),
  withValue(['more', 'more-or-equal', 'less', 'less-or-equal'], numbers),
  withValue(
    ['between'],
    fc.tuple(numbers, numbers).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) })),
  ),
  withValue(
    ['in', 'not-in', 'array-contain-any', 'array-contain-all'],
    fc.array(fc.oneof(texts, numbers), { minLength: 1, maxLength: 4 }),
  ),
  fc.constantFrom('null', 'not-null', 'is-true', 'is-false').map((operator) => ({ operator })),
  dateOperation(),
);

function dateOperation(): fc.Arbitrary<object> {
  return fc.oneof(
    withValue(['date-before', 'date-after'], validInstants),
    withValue(
      ['date-between'],
      fc
        .tuple(validInstants, validInstants)
        .map(([from, to]) => ({ from, to }))
        .filter((value) => isValid({ operator: 'date-between', value })),
    ),
    withValue(['date-in-last', 'date-in-next'], durations),
  );
}

function withValue(operators: readonly string[], value: fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  return fc.record({ operator: fc.constantFrom(...operators), value });
}

function isValid(candidate: object): boolean {
  return parseSegment({ attribute: 'x', ...candidate }).kind === 'parsed';
}

const where = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        names.filter((name) => name !== 'TIMESTAMP'),
        operation,
      )
      .map(([parameter, rest]) => ({ parameter, ...rest })),
  },
  { weight: 1, arbitrary: dateOperation().map((rest) => ({ parameter: 'TIMESTAMP', ...rest })) },
);
const ends = fc.constantFrom('2026-11-01', '2026-11-20T12:00:00Z', '2026-11-24T12:00:00.001+00:00');
const period = fc.oneof(
  fc.record({ last: durations }),
  fc.record({ from: ends, to: ends }, { requiredKeys: ['from'] }),
  fc.record({ to: ends }),
);

const leaf = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.oneof(names, fc.constantFrom('email', 'customId', 'uuid')), operation)
      .map(([attribute, rest]) => ({ attribute, ...rest })),
  },
  { weight: 1, arbitrary: fc.record({ tag: tags, has: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record(
      {
        event: actions,
        did: fc.boolean(),
        atLeast: fc.integer({ min: 1, max: 3 }),
        where: fc.array(where, { maxLength: 2 }),
        period,
      },
      { requiredKeys: ['event'] },
    ),
  },
);
const tree = fc.letrec<{ tree: object }>((tie) => {
  const members = fc.array(tie('tree'), { minLength: 1, maxLength: 3 });
  return {
    tree: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 3, arbitrary: leaf },
      { weight: 1, arbitrary: fc.record({ all: members }) },
      { weight: 1, arbitrary: fc.record({ any: members }) },
    ),
  };
}).tree;

export const conditions: fc.Arbitrary<SegmentCondition> = tree.map(conditionOf);
