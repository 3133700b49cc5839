/** What decides when requests that got no permit should ask again. */
export interface Shortage {
  readonly nowMs: number;
  /** When the next permit can be had. */
  readonly freeMs: number;
  /** How much time one permit takes of the limit, in ms. */
  readonly permitMs: number;
}

/** Nobody is sent away for longer: limits are changed, and workflows stopped, while requests wait. */
const HORIZON_MS = 5 * 60_000;

/**
 * Tells requests that got no permit when to ask again, so that about as many come back as there will be permits: sent
 * away until the next free one, all of a backlog would come back at each, and each time all but a few for nothing. Each
 * workflow stands in a line of its own, and all lines move at one pace: a small workflow does not wait for a large one.
 */
export class RetryTimes {
  /** Of each workflow's line, when the last ones come back, and when they will have had their permits. */
  readonly #lines = new Map<string, { readonly at: number; readonly end: number }>();

  /** When these requests of workflows should ask again. */
  assign(refused: ReadonlyMap<string, number>, { nowMs, freeMs, permitMs }: Shortage): Map<string, Date> {
    // They have come back: those who are refused now may be they.
    for (const [workflowId, { at }] of this.#lines) if (at <= nowMs) this.#lines.delete(workflowId);
    const lines = new Set([...this.#lines.keys(), ...refused.keys()]).size;
    const times = new Map<string, Date>();
    for (const [workflowId, count] of refused) {
      const at = Math.min(Math.max(freeMs, this.#lines.get(workflowId)?.end ?? 0), nowMs + HORIZON_MS);
      this.#lines.set(workflowId, { at, end: at + count * permitMs * lines });
      times.set(workflowId, new Date(Math.ceil(at)));
    }
    return times;
  }
}
