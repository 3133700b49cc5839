import type { StepResult } from '@laurel/workflow';

import type { NewEvent } from '../events/index.ts';
import type { LoadedStep } from './load-steps.ts';
import type { HeldStep, StepJob } from './step-job.ts';

/** What is recorded of a request after it was sent. */
export interface AttemptResult {
  readonly number: number;
  readonly outcome: 'answered' | 'not-sent' | 'unknown' | 'reconciled';
  readonly status: number | undefined;
  readonly response: string | undefined;
  readonly truncated: boolean;
  readonly error: string | undefined;
  readonly durationMs: number | undefined;
}

/** A credential that a step brought about, for the ledger. */
export interface Issuance {
  readonly url: string;
  readonly recipientEmail: string | undefined;
  readonly groupReference: string | undefined;
  readonly credentialReference: string | undefined;
  readonly credentialUrl: string | undefined;
}

/** What is to be written about a step that was worked on. */
export type Settlement =
  /** The step was settled before, or its run is over: only the job is finished. */
  | { readonly kind: 'stale'; readonly job: HeldStep }
  | {
      readonly kind: 'settled';
      readonly job: HeldStep;
      readonly step: LoadedStep;
      readonly at: Date;
      readonly result: StepResult;
      readonly attempt: AttemptResult | undefined;
      readonly event: NewEvent | undefined;
      readonly issuance: Issuance | undefined;
    }
  /** To be looked at again later. */
  | {
      readonly kind: 'deferred';
      readonly job: HeldStep;
      readonly attempt: AttemptResult | undefined;
      readonly next: StepJob;
      readonly startAfter: Date;
      readonly reason: string;
    };
