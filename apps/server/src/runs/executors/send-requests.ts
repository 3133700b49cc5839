import { classify, retryDecision } from '@laurel/workflow';

import type { MaskedRequest, OpenConnection, OutgoingRequest } from '../../integrations/index.ts';
import type { StepAt } from '../loaded-step.ts';
import type { DeferredStep, Settlement } from '../settlement.ts';
import type { ExecutorParts } from './executor.ts';
import { attemptOf, isDuplicate, reconciledAttempt, settleFound, settleRequest } from './settle-answer.ts';

/** How often a receiver is asked about a request whose outcome is unknown, after 1, 2, 4, … seconds. */
const MAX_CHECKS = 6;

export type IntegrationStep = StepAt<'outgoing-integration'>;

/** A rendered request with the connection that it goes by, ready to leave. */
export interface PreparedRequest {
  readonly step: IntegrationStep;
  readonly request: OutgoingRequest;
  readonly connection: OpenConnection;
  /** The request as it is stored. */
  readonly masked: MaskedRequest;
  /** The number of the attempt that is to be made, or whose outcome is unknown. */
  readonly number: number;
  /** What the pass is of that it issues a credential for; undefined where its node does not say. */
  readonly certification: string | undefined;
}

/** The key of a request is stable over attempts; its trace is that of the run. */
export function optionsOf({ job, node }: IntegrationStep) {
  const { runId, stepId } = job.data;
  const { timeoutSeconds } = node.settings;
  return {
    idempotencyKey: stepId,
    traceparent: `00-${runId.replaceAll('-', '')}-${stepId.replaceAll('-', '').slice(-16)}-01`,
    ...(timeoutSeconds !== undefined && { timeoutMs: timeoutSeconds * 1_000 }),
  };
}

/** Sends a request whose intent is on disk, and says what is to be written about it. */
export async function executeRequest(parts: ExecutorParts, prepared: PreparedRequest): Promise<Settlement> {
  const { step, request, connection, number } = prepared;
  const { platform, delivery } = parts;
  const outcome = await delivery.send(connection, request, optionsOf(step));
  platform.checkpoint('step: answered');
  const at = platform.clock.now();
  const attempt = attemptOf(number, outcome);
  if (outcome.kind === 'unknown') {
    return defer(step, 'checking', new Date(at.getTime() + 1_000), {
      attempt,
      next: { ...step.job.data, checks: 1 },
      reason: `${outcome.error}; the receiver is asked whether it carried the request out`,
    });
  }
  const { success, retry } = step.node.settings;
  if (classify(outcome, success, at) === 'succeeded')
    return settleRequest(step, request, outcome, attempt, at);
  if (isDuplicate(outcome)) {
    // The issuer has it already: what was to be reached is reached.
    const found = await delivery.reconcile(connection, request, optionsOf(step));
    if (found.kind === 'found')
      return settleFound(
        step,
        request,
        found.response,
        attempt,
        platform.clock.now(),
        'the issuer has this credential already: its answer is that of a look-up',
      );
  }
  const decision = retryDecision(outcome, retry, number, step.enteredAt, at, Math.random());
  if (decision.kind === 'final') return settleRequest(step, request, outcome, attempt, at);
  const said =
    outcome.kind === 'answered' ? `was answered with ${outcome.status}` : `failed: ${outcome.error}`;
  return defer(step, 'retrying', decision.at, { attempt, reason: `attempt ${number} ${said}` });
}

export type CheckedRequest =
  | { readonly kind: 'settlement'; readonly settlement: Settlement }
  /** It was not carried out: it is to be sent, as the next attempt. */
  | { readonly kind: 'send-again' };

/**
 * Asks the receiver about a request that left and whose outcome is unknown, before anything is sent again. It is not
 * sent again while it may still be under way (until `expiresAt`), nor where the receiver cannot be asked: then the step
 * fails, saying so.
 */
export async function checkRequest(
  { platform, delivery }: ExecutorParts,
  { step, request, connection, number }: PreparedRequest,
  expiresAt: Date,
): Promise<CheckedRequest> {
  const found = await delivery.reconcile(connection, request, optionsOf(step));
  const at = platform.clock.now();
  switch (found.kind) {
    case 'absent':
      if (expiresAt <= at) return { kind: 'send-again' };
      return settlement(
        defer(step, 'checking', expiresAt, {
          reason:
            'the receiver does not know of the request, which may still be under way; it is asked again',
        }),
      );
    case 'found':
      return settlement(
        settleFound(
          step,
          request,
          found.response,
          reconciledAttempt(number, found.response),
          at,
          'no answer arrived; a look-up found that the request was carried out',
        ),
      );
    case 'unavailable': {
      const checks = step.job.data.checks ?? 0;
      if (checks >= MAX_CHECKS)
        return giveUp(`whether it was carried out could not be found out: ${found.error}`);
      return settlement(
        defer(step, 'checking', new Date(at.getTime() + 2 ** checks * 1_000), {
          next: { ...step.job.data, checks: checks + 1 },
          reason: `the receiver could not be asked about the request: ${found.error}`,
        }),
      );
    }
    case 'impossible':
      return giveUp(
        'the request left, its answer did not arrive, and this receiver cannot be asked; it is not sent again',
      );
  }

  function giveUp(error: string): CheckedRequest {
    const outcome = { kind: 'unknown' as const, error, durationMs: undefined };
    const attempt = {
      ...attemptOf(number, undefined),
      outcome: 'unknown' as const,
      error,
    };
    return settlement(settleRequest(step, request, outcome, attempt, at));
  }
}

function settlement(made: Settlement): CheckedRequest {
  return { kind: 'settlement', settlement: made };
}

/** The step is looked at again at that time. */
export function defer(
  step: IntegrationStep,
  state: DeferredStep['state'],
  startAfter: Date,
  more: Partial<Pick<DeferredStep, 'attempt' | 'next' | 'reason'>>,
): DeferredStep {
  return {
    kind: 'deferred',
    job: step.job,
    state,
    next: step.job.data,
    startAfter,
    reason: undefined,
    ...more,
  };
}
