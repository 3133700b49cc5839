import type { Timings } from '@laurel/contract';
import type { StepResult } from '@laurel/workflow';

import type { NewEvent } from '../events/index.ts';
import type { Effect } from './effects.ts';
import type { LoadedStep } from './loaded-step.ts';
import type { HeldStep, StepJob } from './step-job.ts';

/** What is recorded of a request after it was sent. */
export interface AttemptResult {
  readonly number: number;
  readonly outcome: 'answered' | 'not-sent' | 'refused' | 'unknown' | 'reconciled';
  readonly status: number | undefined;
  readonly response: string | undefined;
  readonly truncated: boolean;
  readonly error: string | undefined;
  readonly durationMs: number | undefined;
  readonly timings: Timings | undefined;
  readonly responseHeaders: Readonly<Record<string, string>> | undefined;
}

/** A credential that a step brought about, for the ledger. */
export interface Issuance {
  readonly url: string;
  readonly recipientEmail: string | undefined;
  readonly groupReference: string | undefined;
  readonly credentialReference: string | undefined;
  readonly credentialUrl: string | undefined;
}

/** A step that has its result, and what is written with it. */
export interface SettledStep {
  readonly kind: 'settled';
  readonly job: HeldStep;
  readonly step: LoadedStep;
  readonly at: Date;
  readonly result: StepResult;
  readonly attempt?: AttemptResult | undefined;
  /** Events on the profile. */
  readonly events?: readonly NewEvent[];
  readonly issuance?: Issuance | undefined;
  /** What its failure has in common with others; undefined where it has not failed. */
  readonly fingerprint?: string | undefined;
  /** What later nodes can read of the answer. */
  readonly mapped?: Readonly<Record<string, unknown>> | undefined;
}

/** A step whose result is what comes of an effect, which is carried out in the transaction that settles it. */
export interface EffectStep {
  readonly kind: 'effect';
  readonly job: HeldStep;
  readonly step: LoadedStep;
  readonly at: Date;
  readonly effect: Effect;
}

/** A step that is to be looked at again later. */
export interface DeferredStep {
  readonly kind: 'deferred';
  readonly job: HeldStep;
  readonly state: 'waiting' | 'retrying' | 'paced' | 'checking';
  readonly attempt?: AttemptResult | undefined;
  readonly next: StepJob;
  readonly startAfter: Date;
  /** Shown to people. */
  readonly reason: string | undefined;
}

/** What is to be written about a step that was worked on. */
export type Settlement =
  | SettledStep
  | EffectStep
  | DeferredStep
  /** The run ends here: it was stopped, or another path of the profile has ended. */
  | {
      readonly kind: 'cancelled';
      readonly job: HeldStep;
      readonly step: LoadedStep;
      readonly at: Date;
      readonly reason: string;
    }
  /** The workflow is paused. */
  | { readonly kind: 'parked'; readonly job: HeldStep; readonly workflowId: string }
  /** The run cannot go on, and has no node to say so at. */
  | { readonly kind: 'abandoned'; readonly job: HeldStep; readonly at: Date; readonly reason: string }
  /** The step was settled before, or its run is over: only the job is finished. */
  | { readonly kind: 'stale'; readonly job: HeldStep };

/** A settlement of a step that has no attempt, event or ledger entry. */
export function plainly(step: LoadedStep, at: Date, result: StepResult): SettledStep {
  return { kind: 'settled', job: step.job, step, at, result };
}
