/** What the stub issuer does with a request that makes a credential. */
export const MANNERS = [
  /** Issues and answers. */
  'prompt',
  /** Takes its time, within the time-out. */
  'slow',
  /** Issues after the time-out has passed and the client has gone, but while the request may still be under way. */
  'late',
  /** Issues and never answers. */
  'hang',
  /** Issues and drops the connection. */
  'drop-after',
  /** Drops the connection and issues nothing. */
  'drop-before',
  /** Answers 503 and issues nothing. */
  'refuse',
] as const;

export type Manner = (typeof MANNERS)[number];

/** How often each, as weights; those that are not named never. */
export type Weights = Readonly<Partial<Record<Manner, number>>>;

export interface Mix {
  readonly credentials: Weights;
  /** Which part of the look-ups is answered 503. */
  readonly lookUpsRefused: number;
}

export const HEALTHY: Mix = { credentials: { prompt: 1 }, lookUpsRefused: 0 };

/** Requests are under way most of the time, so that whoever is killed dies in the middle of some. */
export const BUSY: Mix = { credentials: { prompt: 4, slow: 6 }, lookUpsRefused: 0 };

/**
 * 42 of 100 requests fail or get no answer: below the 70 of 100 at which a breaker opens, since then the suite would
 * measure how long that stays open.
 */
export const MISBEHAVING: Mix = {
  credentials: {
    prompt: 38,
    slow: 20,
    late: 7,
    hang: 10,
    'drop-after': 10,
    'drop-before': 5,
    refuse: 10,
  },
  lookUpsRefused: 0.1,
};

/** What the stub has seen and done. */
export interface Truth {
  /** The ids of the credentials of each e-mail. */
  readonly credentials: Readonly<Record<string, readonly number[]>>;
  /** Requests by manner. */
  readonly requests: Readonly<Record<string, number>>;
}
