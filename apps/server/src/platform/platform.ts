import type { Clock } from './clock.ts';
import type { SecretBox } from './crypto/secret-box.ts';
import type { Database } from './db/database.ts';
import type { NumericIds } from './ids.ts';
import type { Log } from './log.ts';

/** What every domain stands on. */
export interface Platform {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly numericIds: NumericIds;
  readonly secrets: SecretBox;
  /** Called at the places where a crash must do no harm; does nothing, except in the tests that crash there. */
  readonly checkpoint: (place: Checkpoint) => void;
}

/** Before and after each commit and request on the way from an event to its credential. */
export type Checkpoint =
  | 'ingest: before the commit'
  | 'ingest: after the commit'
  | 'step: claimed'
  | 'step: before the intent is committed'
  | 'step: after the intent is committed'
  | 'issuer: before the commit'
  | 'issuer: after the commit'
  | 'step: answered'
  | 'step: before its result is committed'
  | 'step: after its result is committed';
