import { satisfies, startRun } from '@laurel/workflow';

import type { EventSubscriber, NewEvent } from '../events/index.ts';
import { newId } from '../platform/ids.ts';
import type { ActiveWorkflows, Trigger, WorkflowVersions } from '../workflows/index.ts';
import { matchWaits } from './match-waits.ts';
import { planChanges } from './record-changes.ts';
import type { RecordTools } from './record-changes.ts';
import type { RecordedChange } from './recorded-change.ts';

/**
 * Starts a run for each trigger that a new event satisfies, and moves on the runs that were waiting for one, in the
 * transaction that stores the events.
 */
export function startRunsOn(
  workflows: ActiveWorkflows,
  versions: WorkflowVersions,
  tools: RecordTools,
): EventSubscriber {
  return async (tx, events) => {
    const matchesOf = await workflows.matches(tx);
    const starts = events.flatMap((event) =>
      matchesOf(event.workspaceId, event.action)
        .triggers.filter(({ node }) => satisfies(event, node.settings.where, event.receivedAt))
        .map((trigger) => startOf(trigger, event)),
    );
    const awaited = events.filter((event) => matchesOf(event.workspaceId, event.action).awaited);
    const moved = awaited.length === 0 ? [] : await matchWaits(tx, versions, awaited);
    return await planChanges(tx, tools, [...starts, ...moved]);
  };
}

function startOf({ workflow, node }: Trigger, event: NewEvent): RecordedChange {
  const { workspaceId, profileId, receivedAt: at } = event;
  const context = { profileId, now: at, timeZone: workflow.timeZone };
  return {
    workspaceId,
    profileId,
    runId: newId(),
    workflow,
    at,
    change: startRun(workflow.definition, node.id, context),
    deadlineAt: new Date(at.getTime() + workflow.pathCapMs),
    triggerNodeId: node.id,
    events: new Map([[node.id, event]]),
    cause: { kind: 'start', replayOf: undefined },
  };
}
