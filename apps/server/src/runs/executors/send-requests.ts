import { authenticationHeaders, reconcile, sendRequest } from '../../integrations/index.ts';
import type { OpenConnection, OutgoingRequest } from '../../integrations/index.ts';
import type { StepAt } from '../loaded-step.ts';
import type { Settlement } from '../settlement.ts';
import type { ExecutorParts } from './executor.ts';
import { attemptOf, settleRequest } from './settle-answer.ts';

/** How often a receiver is asked about a request whose outcome is unknown, after 1, 2, 4, … seconds. */
const MAX_CHECKS = 6;

/** A request with everything that is on it, ready to leave. */
export interface PreparedRequest {
  readonly step: StepAt<'outgoing-integration'>;
  readonly request: OutgoingRequest;
  /** The number of the attempt that is to be made, or whose outcome is unknown. */
  readonly number: number;
}

/** Adds what the server puts on every request: the connection's authentication, and a key that is stable over attempts. */
export function prepareRequest(
  step: StepAt<'outgoing-integration'>,
  rendered: OutgoingRequest,
  connection: OpenConnection,
): OutgoingRequest {
  return {
    ...rendered,
    headers: {
      'user-agent': 'Laurel',
      'idempotency-key': step.job.data.stepId,
      ...rendered.headers,
      ...authenticationHeaders(connection),
    },
  };
}

/** Sends a request whose intent is on disk, and says what is to be written about it. */
export async function executeRequest(
  sender: ExecutorParts,
  { step, request, number }: PreparedRequest,
): Promise<Settlement> {
  const { platform } = sender;
  const outcome = await sendRequest(sender.dispatcher, request, sender.timeoutMs);
  platform.checkpoint('step: answered');
  const attempt = attemptOf(number, outcome);
  const at = platform.clock.now();
  switch (outcome.kind) {
    case 'answered':
      return settleRequest(step, request, { ...outcome, error: undefined }, attempt, at);
    case 'not-sent':
      return settleRequest(
        step,
        request,
        { ...outcome, status: 0, response: undefined, truncated: false },
        attempt,
        at,
      );
    case 'unknown':
      return {
        kind: 'deferred',
        job: step.job,
        state: 'checking',
        attempt,
        next: { ...step.job.data, checks: 1 },
        startAfter: new Date(at.getTime() + 1_000),
        reason: `${outcome.error}; the receiver is asked whether it carried the request out`,
      };
  }
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
  sender: ExecutorParts,
  { step, request, number }: PreparedRequest,
  expiresAt: Date,
): Promise<CheckedRequest> {
  const { platform } = sender;
  const found = await reconcile(sender.dispatcher, request, sender.timeoutMs);
  const at = platform.clock.now();
  switch (found.kind) {
    case 'absent':
      if (expiresAt <= at) return { kind: 'send-again' };
      return {
        kind: 'settlement',
        settlement: {
          kind: 'deferred',
          job: step.job,
          state: 'checking',
          next: step.job.data,
          startAfter: expiresAt,
          reason:
            'the receiver does not know of the request, which may still be under way; it is asked again',
        },
      };
    case 'found': {
      const settled = {
        status: 200,
        response: found.response,
        truncated: false,
        error: undefined,
        durationMs: undefined,
      };
      const attempt = { number, outcome: 'reconciled' as const, ...settled };
      return { kind: 'settlement', settlement: settleRequest(step, request, settled, attempt, at) };
    }
    case 'unavailable': {
      const checks = step.job.data.checks ?? 0;
      if (checks >= MAX_CHECKS)
        return giveUp(`whether it was carried out could not be found out: ${found.error}`);
      return {
        kind: 'settlement',
        settlement: {
          kind: 'deferred',
          job: step.job,
          state: 'checking',
          next: { ...step.job.data, checks: checks + 1 },
          startAfter: new Date(at.getTime() + 2 ** checks * 1_000),
          reason: `the receiver could not be asked about the request: ${found.error}`,
        },
      };
    }
    case 'impossible':
      return giveUp(
        'the request left, its answer did not arrive, and this receiver cannot be asked; it is not sent again',
      );
  }

  function giveUp(error: string): CheckedRequest {
    const settled = { status: 0, response: undefined, truncated: false, error, durationMs: undefined };
    const attempt = { number, outcome: 'unknown' as const, ...settled };
    return { kind: 'settlement', settlement: settleRequest(step, request, settled, attempt, at) };
  }
}
