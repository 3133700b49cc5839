import type { Span } from '../syntax/source-map.ts';

/** Why a rendering came to no text. */
export type StopKind = 'error' | 'skip';

/**
 * Ends a rendering from within an expression. It is thrown so that the closures need no check after every step, and
 * is always caught by `Template.render`, which turns it into an outcome.
 */
export class Stop extends Error {
  readonly stop: StopKind;
  readonly code: string;
  readonly at: Span | null;

  constructor(stop: StopKind, code: string, message: string, at: Span | null) {
    super(message);
    this.stop = stop;
    this.code = code;
    this.at = at;
  }
}
