import { NOT_MATCHED } from '@laurel/workflow';

import type { LoadedStep } from './loaded-step.ts';
import { plainly } from './settlement.ts';
import type { Settlement } from './settlement.ts';

/** What becomes of a step before its node is asked: undefined where the node is to be executed. */
export function triageStep(step: LoadedStep, now: Date): Settlement | undefined {
  const { run, node, job } = step;
  if (run.stop !== undefined && !finishesFirst(step)) {
    return { kind: 'cancelled', job, step, at: now, reason: run.stop.reason };
  }
  if (now >= run.deadlineAt && !hasUnknownRequest(step)) {
    const reason = 'the path lasted longer than its cap';
    return { ...plainly(step, now, { outcome: 'broken', reason }), fingerprint: `${node.title}: ${reason}` };
  }
  if (step.state !== 'waiting') return undefined;
  switch (node.type) {
    case 'delay':
      return plainly(step, now, { outcome: 'succeeded' });
    case 'event-filter':
      return plainly(step, now, { outcome: 'succeeded', output: NOT_MATCHED });
    default:
      return undefined;
  }
}

/** A run that goes no further finishes the action that it is in. */
function finishesFirst(step: LoadedStep): boolean {
  const { stop } = step.run;
  if (stop === undefined || hasUnknownRequest(step)) return true;
  if (stop.finishes === 'sent' || step.state === 'waiting' || step.state === 'paused') return false;
  return stop.at !== undefined && step.enteredAt <= stop.at;
}

/** A request that may have been carried out is followed up, whatever happens to the run. */
function hasUnknownRequest({ lastAttempt }: LoadedStep): boolean {
  return lastAttempt !== undefined && (lastAttempt.outcome === null || lastAttempt.outcome === 'unknown');
}
