import type { testTriggerSchema } from '@laurel/contract';
import { describeWhere, failedConditions } from '@laurel/workflow';
import type { Definition, EventFacts } from '@laurel/workflow';
import type { z } from 'zod';

export type TriggerReport = z.input<typeof testTriggerSchema>;

/** Which triggers of a definition an event satisfies, and what keeps it out of the others. */
export function matchTriggers(
  definition: Definition,
  event: EventFacts & { readonly action: string },
  now: Date,
): TriggerReport[] {
  return definition.nodes.flatMap((node): TriggerReport[] => {
    if (node.type !== 'profile-event') return [];
    const { id: nodeId, title, settings } = node;
    if (settings.event !== event.action) {
      const reason = `it starts with ${settings.event}, not with ${event.action}`;
      return [{ nodeId, title, matched: false, reason, failed: [] }];
    }
    const failed = failedConditions(event, settings.where, now).map(({ condition, value }) => ({
      condition: describeWhere(condition),
      ...(value !== undefined && { value }),
    }));
    if (failed.length === 0) return [{ nodeId, title, matched: true, failed }];
    const reason = `the event does not satisfy: ${failed.map(({ condition }) => condition).join(', ')}`;
    return [{ nodeId, title, matched: false, reason, failed }];
  });
}
