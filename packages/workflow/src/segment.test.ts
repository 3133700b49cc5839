import { describe, expect, it } from 'vitest';

import { describeSegment } from './describe-segment.ts';
import { parseSegment } from './parse-segment.ts';
import { segmentConditionJsonSchema, segmentReferences, spanOfPeriod } from './segment.ts';
import type { SegmentCondition } from './segment.ts';

const document = {
  all: [
    { attribute: 'city', operator: 'equal', value: 'London' },
    {
      any: [
        { tag: 'vip' },
        {
          event: 'certification.acquired',
          atLeast: 2,
          period: { last: { amount: 30, unit: 'day' } },
          where: [
            { parameter: 'level', operator: 'in', value: ['B1', 'B2'] },
            { parameter: 'TIMESTAMP', operator: 'date-after', value: '2026-01-01' },
          ],
        },
        { event: 'page.visit', did: false },
      ],
    },
  ],
};

function parsed(condition: unknown): SegmentCondition {
  const outcome = parseSegment(condition);
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.issues));
  return outcome.condition;
}

describe('the condition of a segment', () => {
  it('is read with its defaults, and again as it was read', () => {
    const condition = parsed(document);
    expect(condition).toMatchObject({
      all: [
        {},
        {
          any: [
            { tag: 'vip', has: true },
            { did: true },
            { event: 'page.visit', did: false, atLeast: 1, where: [] },
          ],
        },
      ],
    });
    expect(parsed(condition)).toEqual(condition);
  });

  it.each<[unknown, string]>([
    [
      document,
      'city is "London" and (has the tag "vip" or did certification.acquired 2 times or more in the last 30 days' +
        ' where level is one of "B1", "B2", its time is 2026-01-01 or after or did not do page.visit)',
    ],
    [{ any: [{ all: [{ tag: 'a', has: false }] }] }, 'does not have the tag "a"'],
    [
      { event: 'page.visit', period: { from: '2026-01-01', to: '2026-02-01' } },
      'did page.visit from 2026-01-01 until 2026-02-01',
    ],
    [
      { event: 'page.visit', period: { last: { amount: 1, unit: 'week' } } },
      'did page.visit in the last week',
    ],
    [
      { attribute: 'n', operator: 'in', value: [1, 2, 3, 4, 5, 6, 7] },
      'n is one of 1, 2, 3, 4, 5 and 2 more',
    ],
  ])('%j in words', (condition, words) => {
    expect(describeSegment(parsed(condition))).toBe(words);
  });

  it('tells what it refers to', () => {
    expect(segmentReferences(parsed({ any: [document, { tag: 'vip' }, { tag: 'new' }] }))).toEqual({
      events: ['certification.acquired', 'page.visit'],
      attributes: ['city'],
      tags: ['vip', 'new'],
    });
  });

  it('reads periods at an instant', () => {
    const now = new Date('2026-11-24T12:00:00Z');
    expect(spanOfPeriod({ last: { amount: 2, unit: 'day' } }, now)).toEqual({
      from: new Date('2026-11-22T12:00:00Z'),
      to: now,
    });
    expect(spanOfPeriod({ to: '2026-11-24' }, now)).toEqual({ to: new Date('2026-11-24T00:00:00Z') });
    expect(spanOfPeriod(undefined, now)).toEqual({});
  });

  it.each<[unknown, string, RegExp]>([
    [{}, '', /one of the fields attribute, tag, event, all, any/],
    [7, '', /one of the fields/],
    [{ all: [] }, 'all', /./],
    [{ all: [{ tag: 'a' }], any: [{ tag: 'a' }] }, 'any', /not a known field/],
    [{ any: [{ attribute: 'a', operator: 'equal' }] }, 'any[0].value', /text, a number or a boolean/],
    [{ any: [{ attribute: 'a', operator: 'like', value: 'b' }] }, 'any[0].operator', /'equal'/],
    [
      { all: [{ attribute: 'a', operator: 'regex', value: '(' }] },
      'all[0].value',
      /is refused: a \( without/,
    ],
    [{ tag: 'a\0' }, 'tag', /NUL/],
    [{ attribute: 'a.b.c.d.e.f.g.h.i.j.k', operator: 'null' }, 'attribute', /more than 10 parts/],
    [
      {
        any: Array.from({ length: 5 }, () => ({
          event: 'a.b',
          where: Array.from({ length: 20 }, () => ({ parameter: 'x', operator: 'null' })),
        })),
      },
      '',
      /at most 100 conditions/,
    ],
    [{ event: 'x y' }, 'event', /2 to 32/],
    [{ event: 'a.b', atLeast: 0 }, 'atLeast', /./],
    [{ event: 'a.b', period: {} }, 'period', /either last, or from and to/],
    [
      { event: 'a.b', period: { last: { amount: 1, unit: 'day' }, to: '2026-01-01' } },
      'period',
      /either last/,
    ],
    [{ event: 'a.b', where: [{ parameter: 'x', operator: 'more', value: '1' }] }, 'where[0].value', /number/],
    [{ all: Array.from({ length: 101 }, () => ({ tag: 'a' })) }, 'all', /100/],
    [
      { all: Array.from({ length: 60 }, () => ({ any: [{ tag: 'a' }, { tag: 'b' }] })) },
      '',
      /at most 100 conditions/,
    ],
  ])('%j is refused', (condition, field, message) => {
    expect(parseSegment(condition)).toEqual({
      kind: 'refused',
      issues: expect.arrayContaining([{ field, message: expect.stringMatching(message) }]),
    });
  });

  it('nests five groups, and no more, however many there are', () => {
    const nested = (groups: number): unknown => {
      let condition: unknown = { tag: 'a' };
      for (let depth = 0; depth < groups; depth++) condition = { all: [condition] };
      return condition;
    };
    expect(parseSegment(nested(5)).kind).toBe('parsed');
    for (const groups of [6, 100_000]) {
      expect(parseSegment(nested(groups))).toEqual({
        kind: 'refused',
        issues: [{ field: 'all[0].all[0].all[0].all[0].all[0]', message: 'is nested too deeply' }],
      });
    }
  });

  it('has a JSON Schema of a bounded size', () => {
    const text = JSON.stringify(segmentConditionJsonSchema());
    expect(text).toContain('"date-in-last"');
    expect(text.length).toBeLessThan(60_000);
  });
});
