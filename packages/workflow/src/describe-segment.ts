import { describeDuration, describeOperation } from './conditions/describe-operation.ts';
import type { EventCondition, Period, SegmentCondition } from './segment.ts';
import { TIMESTAMP } from './where.ts';
import type { Where } from './where.ts';

/**
 * A condition in plain words: `city is "London" and (has the tag "vip" or did certification.acquired in the last 30
 * days)`.
 */
export function describeSegment(condition: SegmentCondition): string {
  if ('all' in condition) return joined(condition.all, ' and ');
  if ('any' in condition) return joined(condition.any, ' or ');
  if ('attribute' in condition) return describeOperation(condition.attribute, condition);
  if ('tag' in condition) return `${condition.has ? 'has' : 'does not have'} the tag "${condition.tag}"`;
  return describeEvents(condition);
}

function joined(conditions: readonly SegmentCondition[], word: string): string {
  return conditions
    .map((condition) => {
      const text = describeSegment(condition);
      const members = 'all' in condition ? condition.all : 'any' in condition ? condition.any : [];
      return members.length > 1 && conditions.length > 1 ? `(${text})` : text;
    })
    .join(word);
}

function describeEvents({ event, did, atLeast, where, period }: EventCondition): string {
  return [
    did ? `did ${event}` : `did not do ${event}`,
    atLeast > 1 && `${atLeast} times or more`,
    period !== undefined && describePeriod(period),
    where.length > 0 && `where ${where.map(describeWhere).join(', ')}`,
  ]
    .filter((part) => part !== false)
    .join(' ');
}

/** A condition on an event in plain words: `passed is not false`. */
export function describeWhere(condition: Where): string {
  return describeOperation(condition.parameter === TIMESTAMP ? 'its time' : condition.parameter, condition);
}

function describePeriod({ last, from, to }: Period): string {
  if (last !== undefined) return `in the last ${describeDuration(last)}`;
  return [from !== undefined && `from ${from}`, to !== undefined && `until ${to}`]
    .filter((part) => part !== false)
    .join(' ');
}
