import { request } from 'undici';

export const TRIGGER = 'certification.acquired';
export const RESULT = 'accredible.userSent';
export const GENERATED = 'certification.told';
/** Reported twice for everybody: its workflow lets one request through for a pass. */
export const PASSED = 'certification.passed';

/** Attempts may be many: a person whose attempts are used up has no credential, by design and not by a fault. */
const RETRY_SECONDS = [1, 2, 4, 8, 8, 8, 8, 8, 8, 8, 8, 8];
/** A clock that is wrong by more makes paths last longer than that, if it is believed. */
const CAP = { amount: 1, unit: 'hours' };
const BODY =
  '{"credential":{"recipient":{"name":"{{ event.params.firstName }}","email":"{% customer email %}"},"group_id":7}}';

export interface WorkflowIds {
  readonly passing: string;
  readonly issuing: string;
  readonly told: string;
}

/**
 * One workflow that issues, waits and tells, one that is started by what the first tells, and one that issues for a pass
 * by the ledger.
 */
export async function applyWorkflows(origin: string, apiKey: string, issuer: string): Promise<WorkflowIds> {
  const answer = await request(`${origin}/api/apply`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      documents: [
        { kind: 'EventDefinition', metadata: { name: TRIGGER }, spec: {} },
        { kind: 'EventDefinition', metadata: { name: GENERATED }, spec: {} },
        { kind: 'EventDefinition', metadata: { name: PASSED }, spec: {} },
        {
          kind: 'Connection',
          metadata: { name: 'Issuer' },
          spec: { authentication: 'token', prefix: 'Token token=', token: 'key' },
        },
        { kind: 'Workflow', metadata: { name: 'Pass' }, spec: { definition: passing(issuer) } },
        { kind: 'Workflow', metadata: { name: 'Issue' }, spec: { definition: issuing(issuer) } },
        { kind: 'Workflow', metadata: { name: 'Told' }, spec: { definition: told() } },
      ],
    }),
  });
  const body: unknown = await answer.body.json();
  if (answer.statusCode !== 200) throw new Error(JSON.stringify(body));
  const results: unknown = Reflect.get(Object(body), 'results');
  const idOf = (place: number): string =>
    String(Reflect.get(Object(Array.isArray(results) ? results.at(place) : undefined), 'id'));
  return { passing: idOf(-3), issuing: idOf(-2), told: idOf(-1) };
}

function issuing(issuer: string): object {
  return {
    format: '2026-11-24',
    settings: { pathCap: CAP },
    nodes: [
      start(TRIGGER, 'issue'),
      issue(issuer, 'rest'),
      wait('rest', 2, 'tell'),
      {
        id: 'tell',
        type: 'generate-event',
        title: 'Tell',
        settings: { event: { name: GENERATED }, params: '{"person":"{{ event.params.person }}"}' },
        outputs: { next: 'end' },
      },
      { id: 'end', type: 'end', title: 'End' },
    ],
  };
}

function passing(issuer: string): object {
  return {
    format: '2026-11-24',
    settings: { pathCap: CAP },
    nodes: [
      start(PASSED, 'issue'),
      issue(issuer, 'end', { issuance: { certification: 'chaos', policy: 'skip' } }),
      { id: 'end', type: 'end', title: 'End' },
    ],
  };
}

function issue(issuer: string, next: string, more: object = {}): object {
  return {
    id: 'issue',
    type: 'outgoing-integration',
    title: 'Issue',
    settings: {
      connection: 'Issuer',
      webhookName: 'Accredible',
      webhookEvent: { name: RESULT },
      url: `${issuer}/v1/credentials`,
      headers: [{ name: 'Content-Type', value: 'application/json' }],
      body: BODY,
      retry: { scheduleSeconds: RETRY_SECONDS },
      ...more,
    },
    outputs: { next },
  };
}

function told(): object {
  return {
    format: '2026-11-24',
    settings: { pathCap: CAP },
    nodes: [start(GENERATED, 'rest'), wait('rest', 1, 'end'), { id: 'end', type: 'end', title: 'End' }],
  };
}

function start(event: string, next: string): object {
  return { id: 'start', type: 'profile-event', title: event, settings: { event }, outputs: { next } };
}

function wait(id: string, seconds: number, next: string): object {
  const duration = { amount: seconds, unit: 'seconds' };
  return { id, type: 'delay', title: 'Rest', settings: { mode: 'duration', duration }, outputs: { next } };
}
