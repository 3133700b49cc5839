import { member, parseJson } from '../integrations/index.ts';
import type { OutgoingRequest, SendOutcome } from '../integrations/index.ts';
import { storageProblem } from '../platform/db/storable-json.ts';
import { newId } from '../platform/ids.ts';
import type { LoadedStep } from './load-steps.ts';
import type { AttemptResult, Issuance, Settlement } from './settlement.ts';

/** What a step comes to once its request is settled: answered, failed, or found at the issuer afterwards. */
export interface SettledRequest {
  readonly status: number;
  readonly response: string | undefined;
  readonly truncated: boolean;
  readonly error: string | undefined;
  readonly durationMs: number | undefined;
}

/** The attempt row of what became of a request. */
export function attemptOf(number: number, outcome: SendOutcome): AttemptResult {
  const answered = outcome.kind === 'answered';
  return {
    number,
    outcome: outcome.kind === 'refused' ? 'not-sent' : outcome.kind,
    status: answered ? outcome.status : undefined,
    response: answered ? storableText(outcome.response) : undefined,
    truncated: answered && outcome.truncated,
    error: answered ? undefined : outcome.error,
    durationMs: outcome.durationMs,
  };
}

/**
 * The settlement of a step: 2xx has succeeded, anything else failed; either way the path goes on, and the answer is an
 * event on the profile.
 */
export function settleRequest(
  step: LoadedStep,
  request: OutgoingRequest,
  settled: SettledRequest,
  attempt: AttemptResult,
  at: Date,
): Settlement {
  const succeeded = settled.status >= 200 && settled.status < 300;
  return {
    kind: 'settled',
    job: step.job,
    step,
    at,
    result: { outcome: succeeded ? 'succeeded' : 'failed' },
    attempt,
    event: {
      workspaceId: step.job.data.workspaceId,
      profileId: step.job.data.profileId,
      id: newId(),
      action: step.node.settings.webhookEvent.name,
      time: at,
      receivedAt: at,
      source: 'workflow',
      params: {
        name: step.node.settings.webhookName,
        status: settled.status,
        ...(settled.response !== undefined && { response: responseValue(settled.response) }),
        ...(settled.truncated && { responseTruncated: true }),
        ...(settled.error !== undefined && { error: settled.error }),
        ...(settled.durationMs !== undefined && { durationMs: settled.durationMs }),
        method: request.method,
        url: request.url,
        workflowId: step.workflowId,
        runId: step.job.data.runId,
        stepId: step.job.data.stepId,
        nodeId: step.node.id,
      },
    },
    issuance: succeeded ? issuanceOf(request, settled.response) : undefined,
  };
}

/** The answer as further workflows read it: as JSON where it is JSON that can be stored, else as text. */
function responseValue(response: string): unknown {
  const value = parseJson(response);
  return value === undefined || storageProblem(value) !== undefined ? storableText(response) : value;
}

/** PostgreSQL's text has no NUL; the replacement character shows where one was. */
function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

/** The credential that an answer tells of, in the shape of Accredible's API; undefined for any other answer. */
function issuanceOf(request: OutgoingRequest, response: string | undefined): Issuance | undefined {
  const credential = response === undefined ? undefined : member(parseJson(response), 'credential');
  const reference = member(credential, 'id');
  if (reference === undefined) return undefined;
  return {
    url: request.url,
    recipientEmail: text(member(member(credential, 'recipient'), 'email')),
    groupReference: text(member(credential, 'group_id')),
    credentialReference: text(reference),
    credentialUrl: text(member(credential, 'url')),
  };
}

function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? storableText(value) : undefined;
}
