import { delayUntil, instantOf } from '@laurel/workflow';

import { loadCustomers } from '../load-customers.ts';
import type { StepAt } from '../loaded-step.ts';
import { plainly } from '../settlement.ts';
import type { Executor } from './executor.ts';

/** Delays by a date of the profile: the date is read, and the step waits until then. */
export const executeDelays: Executor<StepAt<'delay'>> = async ({ platform, settle }, steps) => {
  if (steps.length === 0) return;
  const customers = await loadCustomers(
    platform.db,
    steps.map(({ job }) => job.data),
  );
  const now = platform.clock.now();
  await Promise.all(
    steps.map(async (step) => {
      const { settings } = step.node;
      if (settings.mode !== 'attribute') return await settle(plainly(step, now, { outcome: 'succeeded' }));
      const { timeZone } = step.run.workflow;
      const delay = delayOf(settings, customers.get(step.job.data.profileId), { now, timeZone });
      if (delay.kind !== 'until') {
        return await settle(
          plainly(
            step,
            now,
            delay.kind === 'pass' ? { outcome: 'succeeded' } : { outcome: 'skipped', reason: delay.reason },
          ),
        );
      }
      const { until } = delay;
      return await settle({
        kind: 'deferred',
        job: step.job,
        state: 'waiting',
        next: step.job.data,
        startAfter: until > step.run.deadlineAt ? step.run.deadlineAt : until,
        reason: undefined,
      });
    }),
  );
};

export type AttributeDelay =
  | { readonly kind: 'until'; readonly until: Date }
  | { readonly kind: 'pass' }
  | { readonly kind: 'skip'; readonly reason: string };

/** How long a delay by a date of the profile lasts, or what becomes of a profile without that date. */
export function delayOf(
  settings: Parameters<typeof delayUntil>[0],
  customer: Readonly<Record<string, unknown>> | undefined,
  context: { readonly now: Date; readonly timeZone: string },
): AttributeDelay {
  const date = dateOf(customer?.[settings.attribute], context.timeZone);
  if (date !== undefined) return { kind: 'until', until: delayUntil(settings, date, context) };
  if (settings.ifMissing === 'pass') return { kind: 'pass' };
  return { kind: 'skip', reason: `the profile's attribute ${settings.attribute} is no date` };
}

const LOCAL = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?$/;

/** A date of a profile: ISO 8601, where one without a zone is the workspace's, or milliseconds since 1970. */
function dateOf(value: unknown, timeZone: string): Date | undefined {
  if (typeof value === 'number') return validDate(new Date(value));
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const local = LOCAL.exec(text);
  if (local !== null) {
    const [, year, month, day, hour = 0, minute = 0, second = 0] = local.map(Number);
    if (validDate(new Date(`${text.slice(0, 10)}T00:00:00Z`)) === undefined) return undefined;
    return instantOf(
      {
        year: year ?? 0,
        month: month ?? 0,
        day: day ?? 0,
        hour: zeroIfNone(hour),
        minute: zeroIfNone(minute),
        second: zeroIfNone(second),
      },
      timeZone,
    );
  }
  return /^\d{4}-\d\d-\d\dT/.test(text) ? validDate(new Date(text)) : undefined;
}

/** A part of the pattern that is not there reads as NaN. */
function zeroIfNone(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}

function validDate(date: Date): Date | undefined {
  return Number.isNaN(date.getTime()) ? undefined : date;
}
