import { describe, expect, it } from 'vitest';

import { describeRun, describeSpan } from './describe-run.ts';
import type { DescribedRun } from './describe-run.ts';
import { KEPT } from './keep-steps.ts';
import type { AttemptView, StepView } from './read-steps.ts';

const INSTANT = '2026-11-26T12:00:00.000Z';

const attempt = (more: Partial<AttemptView> = {}): AttemptView => ({
  number: 1,
  method: 'POST',
  url: 'https://issuer.example.org/',
  headers: {},
  sentAt: INSTANT,
  responseTruncated: false,
  ...more,
});
const step = (more: Partial<StepView> = {}): StepView => ({
  id: 's1',
  nodeId: 'n1',
  nodeType: 'outgoing-integration',
  title: 'Issue',
  state: 'succeeded',
  enteredAt: INSTANT,
  attempts: [],
  ...more,
});
const issued = { stepId: 's1', state: 'issued' as const, issuedAt: INSTANT };
const describeIt = (run: Partial<DescribedRun>) =>
  describeRun(
    {
      state: 'running',
      outcome: 'running',
      durationMs: 14_230,
      steps: [],
      issuances: [],
      at: { nodeId: 'n1', title: 'Issue', state: 'queued' },
      ...run,
    },
    'Europe/Berlin',
  );
/** The sentence of a run that is at a step of that state. */
const at = (
  state: StepView['state'],
  where: Partial<NonNullable<DescribedRun['at']>> = {},
  more: Partial<StepView> = {},
) => describeIt({ at: { nodeId: 'n1', title: 'Issue', state, ...where }, steps: [step({ state, ...more })] });

describe('the sentence of a run', () => {
  it('says what has come of it', () => {
    const finished = { state: 'finished', outcome: 'succeeded' } as const;
    expect(describeIt(finished)).toBe('Finished in 14.2 s');
    const told = step({ reason: 'nothing was issued' });
    const kept = step({ title: 'Earlier', reason: KEPT });
    expect(describeIt({ ...finished, steps: [kept, told] })).toBe(
      'Finished in 14.2 s; "Issue": nothing was issued',
    );
    expect(describeIt({ ...finished, steps: [kept] })).toBe('Finished in 14.2 s');
    const twice = step({ attempts: [attempt(), attempt({ number: 2 })] });
    expect(describeIt({ ...finished, steps: [twice], issuances: [issued] })).toBe(
      'Issued after 2 tries in 14.2 s',
    );
    expect(describeIt({ ...finished, steps: [step()], issuances: [issued] })).toBe('Issued in 14.2 s');
    const unanswered = step({ state: 'failed', attempts: [attempt({ error: 'ECONNREFUSED' })] });
    expect(describeIt({ ...finished, outcome: 'failed', steps: [unanswered] })).toBe(
      'Failed at "Issue": ECONNREFUSED; the path went on to its end',
    );
    for (const [state, word] of [
      ['failed', 'Failed'],
      ['skipped', 'Skipped'],
      ['cancelled', 'Cancelled'],
    ] as const) {
      expect(describeIt({ state, reason: 'it is so' })).toBe(`${word} at "Issue": it is so`);
    }
    expect(describeIt({ state: 'cancelled', reason: 'by hand', issuances: [issued] })).toBe(
      'Cancelled at "Issue": by hand; the credential was issued',
    );
  });

  it('says where it is, and until when', () => {
    const due = { dueAt: INSTANT };
    expect(at('waiting', due, { nodeType: 'delay' })).toBe(
      'Waits at "Issue" until 2026-11-26 13:00 (Europe/Berlin)',
    );
    expect(at('waiting', due, { nodeType: 'event-filter' })).toBe(
      'Waits at "Issue" for an event, until 2026-11-26 13:00 (Europe/Berlin)',
    );
    expect(at('retrying', { ...due, reason: 'attempt 1 was answered with 503' })).toBe(
      'Is tried again at "Issue", at 2026-11-26 13:00 (Europe/Berlin): attempt 1 was answered with 503',
    );
    expect(at('paced', due)).toBe('Waits at "Issue" for its turn, until 2026-11-26 13:00 (Europe/Berlin)');
    expect(at('paused', { reason: 'the workflow is paused' })).toBe(
      'Is paused at "Issue": the workflow is paused',
    );
    expect(at('checking', { reason: 'no answer' })).toBe('Is being checked at "Issue": no answer');
    expect(at('queued')).toBe('Waits at "Issue" to be processed');
    expect(at('queued', {}, { attempts: [attempt({ number: 2 })] })).toBe(
      'Has a request under way at "Issue", the 2nd try',
    );
    expect(describeIt({ at: undefined })).toBe('Has just started');
    expect(describeIt({ steps: [step({ state: 'queued' })], stopReason: 'by hand' })).toBe(
      'Waits at "Issue" to be processed; it goes no further: by hand',
    );
  });

  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1_000, '1.0 s'],
    [59_999, '59.9 s'],
    [60_000, '1 min 0 s'],
    [3_599_999, '59 min 59 s'],
    [3_600_000, '1 h 0 min'],
    [86_399_999, '23 h 59 min'],
    [90_000_000, '1 d 1 h'],
  ])('says %i ms as %s', (ms, text) => {
    expect(describeSpan(ms)).toBe(text);
  });
});
