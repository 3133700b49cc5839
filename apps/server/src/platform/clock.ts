/** The only source of the present time in the server, so that a test can move it. */
export interface Clock {
  /** The present instant. */
  now(): Date;
}

/** This machine's: for programs that do one thing and end. A server's is the database's, one for all its processes. */
export const systemClock: Clock = { now: () => new Date() };
