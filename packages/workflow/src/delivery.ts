import { z } from 'zod';

import { satisfies, whereSchema } from './where.ts';

export type NotSentCause =
  /** Nobody was reached. */
  | 'network'
  /** No turn came at the connection's limits. */
  | 'busy'
  /** It cannot be sent as it is: a header or its size. */
  | 'request'
  /** The connection could not get its token: its key is refused. */
  | 'authentication'
  /** The caller ended it. */
  | 'cancelled';

/** What became of a request, as far as success and repetition depend on it. */
export type DeliveryOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly response: string;
      /** By names in lower case; of them `retry-after` counts here. */
      readonly responseHeaders: Readonly<Record<string, string>>;
    }
  /** Nothing left. */
  | { readonly kind: 'not-sent'; readonly cause: NotSentCause }
  /** It left and no whole answer came. */
  | { readonly kind: 'unknown' }
  /** The destination is not allowed. */
  | { readonly kind: 'refused' };

const status = z.int().min(100).max(599);
const STATUS_RANGE = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/;
const statusRange = z
  .string()
  .regex(STATUS_RANGE, 'must be a status such as "204", or a range such as "200-299"')
  .refine((text) => {
    const [first, last] = bounds(text);
    return first <= last;
  }, 'must begin with the lower status');

/** When an answer is a success. Default: any status of 200 to 299. */
export const successRuleSchema = z
  .strictObject({
    statuses: z.array(statusRange).min(1).max(20).default(['200-299']),
    /**
     * A further condition on the answer's JSON, whose `parameter` is a path in it: `data.items.0.state`. An answer that
     * is no JSON object or array does not meet it.
     */
    condition: whereSchema.optional(),
  })
  .meta({ id: 'SuccessRule' });

export type SuccessRule = z.output<typeof successRuleSchema>;

const HOUR_S = 3_600;

/** When a failed request is sent again. The defaults give eight attempts in about 18 hours. */
export const retryPolicySchema = z
  .strictObject({
    /** Answers that are worth another attempt. 401 never is: the connection has renewed its token by then. */
    statuses: z
      .array(status.refine((value) => value !== 401, '401 is not repeated: the key is wrong'))
      .max(50)
      .default([408, 425, 429, 500, 502, 503, 504]),
    /** The waits before the second, third, … attempt, in seconds. Empty: never again. */
    scheduleSeconds: z
      .array(
        z
          .number()
          .min(1)
          .max(48 * HOUR_S),
      )
      .max(20)
      .default([5, 30, 120, 600, HOUR_S, 4 * HOUR_S, 12 * HOUR_S]),
    /** By which part a wait may be longer or shorter, so that failures at one moment do not return at one moment. */
    jitter: z.number().min(0).max(0.5).default(0.2),
    /** How long after the first attempt the last one may be, in seconds. Default 48 hours. */
    deadlineSeconds: z
      .number()
      .min(1)
      .max(30 * 24 * HOUR_S)
      .default(48 * HOUR_S),
  })
  .meta({ id: 'RetryPolicy' });

export type RetryPolicy = z.output<typeof retryPolicySchema>;

/** Why a request is not sent again. */
export type FinalReason =
  /** The receiver does not accept the connection's key: everything of this connection should wait for a person. */
  | 'unauthorized'
  /** It left, and whether it was carried out has to be found out first. */
  | 'outcome-unknown'
  | 'destination-refused'
  /** An answer or fault that would come again. */
  | 'not-repeatable'
  | 'cancelled'
  | 'attempts-used-up'
  | 'deadline-passed';

export type RetryDecision =
  | { readonly kind: 'retry'; readonly at: Date }
  | { readonly kind: 'final'; readonly reason: FinalReason };

/** Whether a request did what it was for. */
export function classify(outcome: DeliveryOutcome, rule: SuccessRule, now: Date): 'succeeded' | 'failed' {
  if (outcome.kind !== 'answered') return 'failed';
  const { status, response } = outcome;
  const expected = rule.statuses.some((range) => {
    const [first, last] = bounds(range);
    return status >= first && status <= last;
  });
  if (!expected) return 'failed';
  return rule.condition === undefined || meets(response, rule.condition, now) ? 'succeeded' : 'failed';
}

/**
 * What to do after a failed attempt. `attemptNumber` counts from 1 and is that of the attempt just made; `random` is in
 * [0, 1). A `Retry-After` makes the wait longer, never shorter, and counts at most as the longest of the schedule. An
 * unknown outcome is no failure: once the receiver said that it was not carried out, decide by
 * `{ kind: 'not-sent', cause: 'network' }`.
 */
export function retryDecision(
  outcome: DeliveryOutcome,
  policy: RetryPolicy,
  attemptNumber: number,
  firstAttemptAt: Date,
  now: Date,
  random: number,
): RetryDecision {
  const fault = faultOf(outcome, policy);
  if (fault !== undefined) return { kind: 'final', reason: fault };
  const seconds = policy.scheduleSeconds[attemptNumber - 1];
  if (seconds === undefined) return { kind: 'final', reason: 'attempts-used-up' };
  const jittered = seconds * 1_000 * (1 + policy.jitter * (2 * random - 1));
  const longest = Math.max(...policy.scheduleSeconds) * 1_000;
  const asked = outcome.kind === 'answered' ? retryAfterMs(outcome.responseHeaders['retry-after'], now) : 0;
  const asAsked = Math.min(asked, longest) * (1 + policy.jitter * random);
  const at = now.getTime() + Math.round(Math.max(jittered, asAsked));
  return at > firstAttemptAt.getTime() + policy.deadlineSeconds * 1_000
    ? { kind: 'final', reason: 'deadline-passed' }
    : { kind: 'retry', at: new Date(at) };
}

const NOT_SENT: Readonly<Record<NotSentCause, FinalReason | undefined>> = {
  network: undefined,
  busy: undefined,
  request: 'not-repeatable',
  authentication: 'unauthorized',
  cancelled: 'cancelled',
};

/** Why another attempt would be in vain; undefined where it would not. */
function faultOf(outcome: DeliveryOutcome, policy: RetryPolicy): FinalReason | undefined {
  switch (outcome.kind) {
    case 'answered':
      if (outcome.status === 401) return 'unauthorized';
      return policy.statuses.includes(outcome.status) ? undefined : 'not-repeatable';
    case 'not-sent':
      return NOT_SENT[outcome.cause];
    case 'unknown':
      return 'outcome-unknown';
    case 'refused':
      return 'destination-refused';
  }
}

/** The wait that a `Retry-After` asks for, in ms: seconds or an HTTP date (RFC 9110, 10.2.3); 0 for anything else. */
function retryAfterMs(value: string | undefined, now: Date): number {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  // Only the one form that is sent today: Date.parse would take "5.5" for a day of May.
  if (!/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)) return 0;
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now.getTime());
}

function bounds(range: string): [first: number, last: number] {
  const [, first, last = first] = STATUS_RANGE.exec(range) ?? [];
  return [Number(first), Number(last)];
}

function meets(response: string, condition: z.output<typeof whereSchema>, now: Date): boolean {
  let value: unknown;
  try {
    value = JSON.parse(response);
  } catch {
    // Not JSON is an answer that the condition does not hold of.
    return false;
  }
  return (
    typeof value === 'object' &&
    value !== null &&
    satisfies({ params: { ...value }, time: now }, [condition], now)
  );
}
