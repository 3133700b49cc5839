import type { Delivery, MaskedRequest, OpenConnection, OutgoingRequest } from '../integrations/index.ts';
import type { Platform } from '../platform/platform.ts';
import type { LoadedStep } from './load-steps.ts';
import { attemptOf, settleRequest } from './settle-answer.ts';
import type { Settlement } from './settlement.ts';

/** How often a receiver is asked about a request whose outcome is unknown, after 1, 2, 4, … seconds. */
const MAX_CHECKS = 6;

export interface Sender {
  readonly platform: Platform;
  readonly delivery: Delivery;
}

/** A rendered request with the connection that it goes by, ready to leave. */
export interface PreparedRequest {
  readonly step: LoadedStep;
  readonly request: OutgoingRequest;
  readonly connection: OpenConnection;
  /** The request as it is stored. */
  readonly masked: MaskedRequest;
  /** The number of the attempt that is to be made, or whose outcome is unknown. */
  readonly number: number;
}

/** The key of a request is stable over attempts. */
export function optionsOf(step: LoadedStep): { readonly idempotencyKey: string } {
  return { idempotencyKey: step.job.data.stepId };
}

/** Sends a request whose intent is on disk, and says what is to be written about it. */
export async function executeRequest(
  sender: Sender,
  { step, request, connection, number }: PreparedRequest,
): Promise<Settlement> {
  const { platform } = sender;
  const outcome = await sender.delivery.send(connection, request, optionsOf(step));
  platform.checkpoint('step: answered');
  const attempt = attemptOf(number, outcome);
  const at = platform.clock.now();
  switch (outcome.kind) {
    case 'answered':
      return settleRequest(step, request, { ...outcome, error: undefined }, attempt, at);
    case 'not-sent':
    case 'refused':
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
 * Asks the receiver about a request that left and whose outcome is unknown, before anything is sent again. One that
 * cannot be asked is not sent again: the step fails, saying so.
 */
export async function checkRequest(
  sender: Sender,
  { step, request, connection, number }: PreparedRequest,
): Promise<CheckedRequest> {
  const { platform } = sender;
  const found = await sender.delivery.reconcile(connection, request, optionsOf(step));
  const at = platform.clock.now();
  switch (found.kind) {
    case 'absent':
      return { kind: 'send-again' };
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
          attempt: undefined,
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
