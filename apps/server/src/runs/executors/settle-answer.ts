import { classify } from '@laurel/workflow';

import { member, parseJson } from '../../integrations/index.ts';
import type { OutgoingRequest, SendOutcome } from '../../integrations/index.ts';
import { storageProblem } from '../../platform/db/storable-json.ts';
import { newId } from '../../platform/ids.ts';
import type { StepAt } from '../loaded-step.ts';
import type { AttemptResult, Issuance, SettledStep } from '../settlement.ts';
import { fingerprint } from './fingerprint.ts';
import { mapResponse } from './map-response.ts';

type IntegrationStep = StepAt<'outgoing-integration'>;

/** What a step comes to: the last outcome of its request, or that nobody knows. */
export type LastOutcome =
  | SendOutcome
  | { readonly kind: 'unknown'; readonly error: string; readonly durationMs: number | undefined };

/** The attempt row of what became of a request; `undefined`: nothing more is known of it. */
export function attemptOf(number: number, outcome: SendOutcome | undefined): AttemptResult {
  const answered = outcome?.kind === 'answered' ? outcome : undefined;
  return {
    number,
    outcome: outcome?.kind ?? 'unknown',
    status: answered?.status,
    response: answered && storableText(answered.response),
    truncated: answered?.truncated ?? false,
    error: outcome === undefined || outcome.kind === 'answered' ? undefined : outcome.error,
    durationMs: outcome?.durationMs,
    timings: outcome?.timings,
    responseHeaders: answered?.responseHeaders,
  };
}

/** The attempt of a request that the receiver turned out to have carried out. */
export function reconciledAttempt(number: number, response: string): AttemptResult {
  return {
    ...attemptOf(number, undefined),
    outcome: 'reconciled',
    status: 200,
    response: storableText(response),
  };
}

/** Whether an issuer says that it has the credential already. Source: accredible.md 2.3, and what its clients read. */
export function isDuplicate(outcome: SendOutcome): boolean {
  return (
    outcome.kind === 'answered' &&
    (outcome.status === 409 || outcome.status === 422) &&
    /already (?:been taken|exists?|issued)|duplicate/i.test(outcome.response)
  );
}

/** The settlement of a request that has its last outcome: by the node's rule; the path goes on either way. */
export function settleRequest(
  step: IntegrationStep,
  request: OutgoingRequest,
  outcome: LastOutcome,
  attempt: AttemptResult,
  at: Date,
): SettledStep {
  const answered = outcome.kind === 'answered' ? outcome : undefined;
  const succeeded =
    answered !== undefined && classify(answered, step.node.settings.success, at) === 'succeeded';
  const error = outcome.kind === 'answered' ? undefined : outcome.error;
  return settled(step, request, {
    succeeded,
    status: answered?.status ?? 0,
    response: answered?.response,
    truncated: answered?.truncated ?? false,
    error,
    durationMs: outcome.durationMs,
    attempt,
    at,
  });
}

/**
 * The settlement of a request that the receiver turned out to have carried out, with the answer of the look-up, and how
 * that came to light.
 */
export function settleFound(
  step: IntegrationStep,
  request: OutgoingRequest,
  response: string,
  attempt: AttemptResult,
  at: Date,
  reason: string,
): SettledStep {
  return settled(step, request, {
    succeeded: true,
    reason,
    status: 200,
    response,
    truncated: false,
    error: undefined,
    durationMs: attempt.durationMs,
    attempt,
    at,
  });
}

interface Settled {
  readonly succeeded: boolean;
  readonly reason?: string;
  readonly status: number;
  readonly response: string | undefined;
  readonly truncated: boolean;
  readonly error: string | undefined;
  readonly durationMs: number | undefined;
  readonly attempt: AttemptResult;
  readonly at: Date;
}

function settled(step: IntegrationStep, request: OutgoingRequest, outcome: Settled): SettledStep {
  const { succeeded, reason, status, response, truncated, error, durationMs, attempt, at } = outcome;
  const { settings, id, title } = step.node;
  const { workspaceId, profileId, runId, stepId } = step.job.data;
  return {
    kind: 'settled',
    job: step.job,
    step,
    at,
    result: { outcome: succeeded ? 'succeeded' : 'failed', ...(reason !== undefined && { reason }) },
    attempt,
    fingerprint: succeeded ? undefined : fingerprint(title, error ?? `${status} ${response ?? ''}`),
    mapped: response === undefined ? undefined : mapResponse(settings.responseMapping, response),
    events: [
      {
        workspaceId,
        profileId,
        id: newId(),
        action: settings.webhookEvent.name,
        time: at,
        receivedAt: at,
        source: 'workflow',
        params: {
          name: settings.webhookName,
          status,
          ...(response !== undefined && { response: responseValue(response) }),
          ...(truncated && { responseTruncated: true }),
          ...(error !== undefined && { error }),
          ...(durationMs !== undefined && { durationMs }),
          method: request.method,
          url: request.url,
          workflowId: step.run.workflow.workflowId,
          runId,
          stepId,
          nodeId: id,
        },
      },
    ],
    issuance: succeeded ? issuanceOf(step, request, response) : undefined,
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

/**
 * The credential that an answer tells of, in the shape of Accredible's API; undefined for any other answer, unless the
 * node says that its request issues one.
 */
function issuanceOf(
  { node }: IntegrationStep,
  request: OutgoingRequest,
  response: string | undefined,
): Issuance | undefined {
  const credential = response === undefined ? undefined : member(parseJson(response), 'credential');
  const reference = member(credential, 'id');
  if (reference === undefined && node.settings.issuance === undefined) return undefined;
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
