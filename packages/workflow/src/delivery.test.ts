import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { classify, retryDecision, retryPolicySchema, successRuleSchema } from './delivery.ts';
import type { DeliveryOutcome } from './delivery.ts';

const answered = (
  status: number,
  response = '',
  responseHeaders: Record<string, string> = {},
): DeliveryOutcome => ({ kind: 'answered', status, response, responseHeaders });

const NETWORK: DeliveryOutcome = { kind: 'not-sent', cause: 'network' };
const FIRST = new Date('2026-11-24T12:00:00Z');
const policy = retryPolicySchema.parse({});
const HALF = 0.5;

const secondsUntilRetry = (outcome: DeliveryOutcome, attempt = 1, random = HALF): number | string => {
  const decision = retryDecision(outcome, policy, attempt, FIRST, FIRST, random);
  return decision.kind === 'retry' ? (decision.at.getTime() - FIRST.getTime()) / 1_000 : decision.reason;
};

describe('a success', () => {
  const standard = successRuleSchema.parse({});

  it.each([
    [200, 'succeeded'],
    [299, 'succeeded'],
    [199, 'failed'],
    [300, 'failed'],
    [404, 'failed'],
  ])('is a status of 200 to 299 by default: %i has %s', (status, expected) => {
    expect(classify(answered(status), standard, FIRST)).toBe(expected);
  });

  it.each([NETWORK, { kind: 'unknown' }, { kind: 'refused' }] satisfies DeliveryOutcome[])(
    'needs an answer: $kind is none',
    (outcome) => {
      expect(classify(outcome, successRuleSchema.parse({ statuses: ['100-599'] }), FIRST)).toBe('failed');
    },
  );

  it('may be single statuses and several ranges', () => {
    const rule = successRuleSchema.parse({ statuses: ['202', '400-404'] });
    expect([200, 202, 400, 404, 405].map((status) => classify(answered(status), rule, FIRST))).toEqual([
      'failed',
      'succeeded',
      'succeeded',
      'succeeded',
      'failed',
    ]);
  });

  it.each([['299-200'], ['20'], ['200-'], ['600'], ['2xx'], ['']])('has no range "%s"', (range) => {
    expect(successRuleSchema.safeParse({ statuses: [range] }).success).toBe(false);
  });

  it.each([
    ['{"success":true}', 'succeeded'],
    ['{"success":false}', 'failed'],
    ['{"success":"true"}', 'failed'],
    ['{}', 'failed'],
    ['true', 'failed'],
    ['null', 'failed'],
    ['success', 'failed'],
  ])('may depend on the JSON of the answer: %s has %s', (response, expected) => {
    const rule = successRuleSchema.parse({
      condition: { parameter: 'success', operator: 'equal', value: true },
    });
    expect(classify(answered(200, response), rule, FIRST)).toBe(expected);
    expect(classify(answered(500, response), rule, FIRST)).toBe('failed');
  });

  it('finds what lies deep, also in lists', () => {
    const rule = successRuleSchema.parse({
      condition: { parameter: '1.results.0.state', operator: 'not-null' },
    });
    expect(classify(answered(200, '[{}, {"results":[{"state":"done"}]}]'), rule, FIRST)).toBe('succeeded');
    expect(classify(answered(200, '[{}, {"results":[]}]'), rule, FIRST)).toBe('failed');
  });
});

describe('the decision about another attempt', () => {
  it.each([408, 425, 429, 500, 502, 503, 504])('is to try again after %i', (status) => {
    expect(secondsUntilRetry(answered(status))).toBe(5);
  });

  it.each([200, 301, 400, 403, 404, 409, 410, 422, 501])('is not to try again after %i', (status) => {
    expect(secondsUntilRetry(answered(status))).toBe('not-repeatable');
  });

  it('is to wait for a person after 401, whatever the policy says', () => {
    expect(secondsUntilRetry(answered(401))).toBe('unauthorized');
    expect(secondsUntilRetry({ kind: 'not-sent', cause: 'authentication' })).toBe('unauthorized');
    expect(retryPolicySchema.safeParse({ statuses: [401] }).success).toBe(false);
  });

  it.each([
    [NETWORK, 5],
    [{ kind: 'not-sent', cause: 'busy' }, 5],
    [{ kind: 'not-sent', cause: 'request' }, 'not-repeatable'],
    [{ kind: 'not-sent', cause: 'cancelled' }, 'cancelled'],
    [{ kind: 'unknown' }, 'outcome-unknown'],
    [{ kind: 'refused' }, 'destination-refused'],
  ] satisfies [DeliveryOutcome, number | string][])('without an answer is %j: %s', (outcome, expected) => {
    expect(secondsUntilRetry(outcome)).toBe(expected);
  });

  it('waits 5 s, 30 s, 2 min, 10 min, 1 h, 4 h and 12 h, and ends', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => secondsUntilRetry(NETWORK, attempt));
    expect(waits).toEqual([5, 30, 120, 600, 3_600, 14_400, 43_200, 'attempts-used-up']);
  });

  it('ends where the next attempt would come after the deadline', () => {
    const at = (hours: number) => new Date(FIRST.getTime() + hours * 3_600_000);
    expect(retryDecision(NETWORK, policy, 7, FIRST, at(36), HALF)).toEqual({ kind: 'retry', at: at(48) });
    expect(retryDecision(NETWORK, policy, 7, FIRST, new Date(at(36).getTime() + 1), HALF)).toEqual({
      kind: 'final',
      reason: 'deadline-passed',
    });
  });

  it.each([
    ['60', 60],
    [' 60 ', 60],
    ['2', 5],
    ['999999999', 43_200],
    ['Tue, 24 Nov 2026 12:02:00 GMT', 120],
    ['Tue, 24 Nov 2026 11:00:00 GMT', 5],
    ['Tue, 99 Nov 2026 12:02:00 GMT', 5],
    ['-5', 5],
    ['5.5', 5],
    ['soon', 5],
    ['', 5],
  ])('honours Retry-After "%s" by %i s', (value, seconds) => {
    const exact = { ...policy, jitter: 0 };
    for (const status of [429, 503]) {
      const outcome = answered(status, '', { 'retry-after': value });
      expect(retryDecision(outcome, exact, 1, FIRST, FIRST, HALF)).toEqual({
        kind: 'retry',
        at: new Date(FIRST.getTime() + seconds * 1_000),
      });
    }
  });

  it('spreads those who were asked to wait, and sends none too early', () => {
    const outcome = answered(429, '', { 'retry-after': '60' });
    expect([0, HALF, 0.999].map((random) => secondsUntilRetry(outcome, 1, random))).toEqual([60, 66, 71.988]);
  });

  it('spreads the waits by the jitter and by no more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (attempt, random, jitter) => {
          const own = { ...policy, jitter };
          const decision = retryDecision(NETWORK, own, attempt, FIRST, FIRST, random);
          if (decision.kind !== 'retry') throw new Error(decision.reason);
          const wait = decision.at.getTime() - FIRST.getTime();
          const base = (policy.scheduleSeconds[attempt - 1] ?? 0) * 1_000;
          expect(wait).toBeGreaterThanOrEqual(Math.floor(base * (1 - jitter)));
          expect(wait).toBeLessThanOrEqual(Math.ceil(base * (1 + jitter)));
        },
      ),
    );
    expect(secondsUntilRetry(NETWORK, 1, 0)).toBe(4);
    expect(secondsUntilRetry(NETWORK, 1, 1 - Number.EPSILON)).toBe(6);
  });
});
