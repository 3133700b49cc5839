import { satisfies, startRun } from '@laurel/workflow';

import type { EventSubscriber } from '../events/index.ts';
import { newId } from '../platform/ids.ts';
import type { ActiveWorkflows } from '../workflows/index.ts';
import { recordChanges } from './record-changes.ts';
import type { RecordedChange } from './record-changes.ts';
import type { StepQueue } from './step-job.ts';

/**
 * Starts a run for each trigger that a new event satisfies, in the transaction that stores the event. `onEnqueued` is
 * called after the commit where there are steps to work on.
 */
export function startRunsOn(
  workflows: ActiveWorkflows,
  queue: StepQueue,
  onEnqueued: () => void,
): EventSubscriber {
  return async (tx, events) => {
    const triggersOf = await workflows.triggers(tx);
    const changes = events.flatMap((event): RecordedChange[] =>
      triggersOf(event.workspaceId, event.action)
        .filter(({ node }) => satisfies(event, node.settings.where, event.receivedAt))
        .map(({ workflowId, version, definition, node }) => ({
          workspaceId: event.workspaceId,
          profileId: event.profileId,
          runId: newId(),
          workflowId,
          version,
          at: event.receivedAt,
          change: startRun(definition, node.id),
          event: { id: event.id, receivedAt: event.receivedAt.toISOString() },
          cause: { kind: 'event' },
        })),
    );
    const enqueued = await recordChanges(tx, queue, changes);
    return enqueued > 0 ? onEnqueued : () => undefined;
  };
}
