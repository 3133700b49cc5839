import type { StepChange } from '@laurel/workflow';

import type { NewEvent } from '../events/index.ts';
import { newId } from '../platform/ids.ts';
import type { RecordedChange } from './recorded-change.ts';

/** What workflows write to profiles about themselves. Names: Synerise. */
const START = 'automation.clientStartPath';
const STEP = 'automation.clientPathStep';
const END = 'automation.clientEndPath';

/**
 * The events about changes: the start and the end of a path, unless its workflow does not want them, and the steps at
 * nodes that are tracked. `stepIds` are those of the steps of each change, in order.
 */
export function systemEvents(
  changes: readonly { readonly recorded: RecordedChange; readonly stepIds: readonly string[] }[],
): NewEvent[] {
  return changes.flatMap(({ recorded, stepIds }) => {
    const { workflow, change, cause, runId, events } = recorded;
    const base = {
      workflowId: workflow.workflowId,
      workflowName: workflow.name,
      version: workflow.version,
      runId,
    };
    const about = (step: StepChange, index: number): Record<string, unknown> => ({
      ...base,
      stepId: stepIds[index],
      nodeId: step.node.id,
      stepName: step.node.title,
      stepType: step.node.type,
    });
    const made: NewEvent[] = [];
    const first = change.steps[0];
    if (workflow.definition.settings.trackPaths && cause.kind === 'start' && first !== undefined) {
      const trigger = [...events.values()][0];
      made.push(
        eventOf(recorded, START, {
          ...about(first, 0),
          ...(trigger !== undefined && { triggerEventId: trigger.id, triggerEvent: trigger.action }),
        }),
      );
    }
    for (const [index, step] of change.steps.entries()) {
      if (step.node.trackDataPoints !== true || step.kind === 'entered' || step.kind === 'waiting') continue;
      made.push(eventOf(recorded, STEP, { ...about(step, index), ...resultOf(step) }));
    }
    const { fate } = change;
    const last = change.steps.at(-1);
    if (workflow.definition.settings.trackPaths && fate.state !== 'running' && last !== undefined) {
      const reason = 'reason' in fate ? { reason: fate.reason } : {};
      made.push(
        eventOf(recorded, END, { ...about(last, change.steps.length - 1), result: fate.state, ...reason }),
      );
    }
    return made;
  });
}

function resultOf(
  step: Extract<StepChange, { kind: 'passed' | 'refused' | 'settled' }>,
): Record<string, unknown> {
  switch (step.kind) {
    case 'passed':
      return { result: 'succeeded' };
    case 'refused':
      return { result: 'skipped', reason: step.reason };
    case 'settled': {
      const { result } = step;
      const outcome = result.outcome === 'broken' ? 'failed' : result.outcome;
      return { result: outcome, ...('reason' in result && { reason: result.reason }) };
    }
  }
}

function eventOf(recorded: RecordedChange, action: string, params: Record<string, unknown>): NewEvent {
  return {
    workspaceId: recorded.workspaceId,
    profileId: recorded.profileId,
    id: newId(),
    action,
    time: recorded.at,
    receivedAt: recorded.at,
    params,
    source: 'system',
  };
}
