import type { StepChange } from './interpreter.ts';

/** What a node's statistics count. Times, not distinct profiles. */
export interface Counts {
  /** A path arrived at the node. */
  readonly entered: number;
  /** A path arrived and left again; for a request this does not mean that it was answered well. */
  readonly executed: number;
  readonly succeeded: number;
  readonly failed: number;
  /** The node was not processed, and the path stopped there. */
  readonly skipped: number;
}

export const NO_COUNTS: Counts = { entered: 0, executed: 0, succeeded: 0, failed: 0, skipped: 0 };

/** What one change of a step adds to the counts of its node. */
export function countsOf(change: StepChange): Counts {
  switch (change.kind) {
    case 'entered':
    case 'waiting':
      return { ...NO_COUNTS, entered: 1 };
    case 'refused':
      return { ...NO_COUNTS, entered: 1, skipped: 1 };
    case 'passed':
      return { ...NO_COUNTS, entered: 1, executed: 1, succeeded: 1 };
    case 'settled':
      switch (change.result.outcome) {
        case 'succeeded':
          return { ...NO_COUNTS, executed: 1, succeeded: 1 };
        case 'failed':
          return { ...NO_COUNTS, executed: 1, failed: 1 };
        case 'skipped':
          return { ...NO_COUNTS, skipped: 1 };
        case 'broken':
          return { ...NO_COUNTS, failed: 1 };
      }
  }
}

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    entered: a.entered + b.entered,
    executed: a.executed + b.executed,
    succeeded: a.succeeded + b.succeeded,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}
