import { holds, satisfies, valueAt } from '@laurel/workflow';
import type { SegmentCondition } from '@laurel/workflow';

import { newId } from '../../platform/ids.ts';

/** A profile with all that it did, in the memory of a test. */
export interface TestProfile {
  readonly id: string;
  readonly email: string | null;
  readonly customId: string | null;
  readonly uuid: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  readonly events: readonly TestEvent[];
}

export interface TestEvent {
  readonly action: string;
  readonly time: Date;
  readonly receivedAt: Date;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A profile that has nothing but what is given. */
export function testProfile(given: Partial<TestProfile> = {}): TestProfile {
  const nothing = { email: null, customId: null, uuid: null, attributes: {}, tags: [], events: [] };
  return { id: newId(), ...nothing, ...given };
}

/** Whether a profile belongs to a segment, by the plain meaning of the condition: what the SQL is compared with. */
export function evaluateSegment(condition: SegmentCondition, profile: TestProfile, now: Date): boolean {
  if ('all' in condition) return condition.all.every((member) => evaluateSegment(member, profile, now));
  if ('any' in condition) return condition.any.some((member) => evaluateSegment(member, profile, now));
  if ('tag' in condition) return profile.tags.includes(condition.tag) === condition.has;
  if ('attribute' in condition) {
    const { attributes, email, customId, uuid } = profile;
    return holds(valueAt({ ...attributes, email, customId, uuid }, condition.attribute), condition, now);
  }
  const { event, where, period, atLeast, did } = condition;
  const { last, from, to } = period ?? {};
  const units = { minute: 1, hour: 60, day: 1_440, week: 10_080 };
  const earliest = last && now.getTime() - last.amount * units[last.unit] * 60_000;
  const times = profile.events.filter(
    ({ action, time, params }) =>
      action === event &&
      (earliest === undefined || (time.getTime() >= earliest && time <= now)) &&
      (from === undefined || time >= new Date(from)) &&
      (to === undefined || time <= new Date(to)) &&
      satisfies({ params, time }, where, now),
  ).length;
  return times >= atLeast === did;
}
