import { issueCredentials } from '../issuer/index.ts';
import type { IssueOutcome, Issuing } from '../issuer/index.ts';
import type { Tx } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import type { StepWith } from './apply-effects.ts';
import { fingerprint } from './executors/fingerprint.ts';
import { passesOf, passKey, recordPasses } from './issuance-ledger.ts';
import type { Pass } from './issuance-ledger.ts';
import { plainly } from './settlement.ts';
import type { SettledStep } from './settlement.ts';

type Step = StepWith<'credential'>;

/**
 * Issues credentials at the embedded issuer, one for a pass: a profile whose pass of a certification is in the ledger
 * gets what the policy says. Of two passes at once the second finds the first, since their transactions cannot both
 * write the ledger's row.
 */
export async function issueOnce(tx: Tx, issuing: Issuing, steps: readonly Step[]): Promise<SettledStep[]> {
  const settled: SettledStep[] = [];
  // Two passes of one certification by one profile are issued in turn: the second sees what the first has done.
  let waiting: readonly Step[] = steps;
  while (waiting.length > 0) {
    const now = new Map<string, Step>();
    const later: Step[] = [];
    for (const step of waiting) {
      const key = passKey(passOf(step));
      if (now.has(key)) later.push(step);
      else now.set(key, step);
    }
    settled.push(...(await issueRound(tx, issuing, [...now.values()])));
    waiting = later;
  }
  return settled;
}

async function issueRound(tx: Tx, issuing: Issuing, steps: readonly Step[]): Promise<SettledStep[]> {
  const known = await passesOf(tx, steps.map(passOf));
  const settled: SettledStep[] = [];
  const fresh: Step[] = [];
  for (const step of steps) {
    const pass = known.get(passKey(passOf(step)));
    if (pass === undefined || step.effect.policy !== 'skip') fresh.push(step);
    else settled.push(duplicate(step, { id: idOf(pass.credentialReference), url: pass.credentialUrl }));
  }
  for (const [workspaceId, group] of Map.groupBy(fresh, ({ job }) => job.data.workspaceId)) {
    const outcomes = await issueCredentials(
      tx,
      issuing,
      workspaceId,
      group.map(({ effect }) => ({ ...effect.request, onDuplicate: effect.policy })),
    );
    const issued = group.flatMap((step, index) => {
      const outcome = outcomes[index];
      return outcome === undefined || outcome.kind === 'invalid' ? [] : [{ step, outcome }];
    });
    await recordPasses(
      tx,
      issued.map(({ step, outcome }) => ({
        ...passOf(step),
        occurrence: (known.get(passKey(passOf(step)))?.occurrence ?? 0) + 1,
        recipientEmail: step.effect.request.recipient.email,
        groupReference: String(outcome.credential.group_id),
        credentialReference: String(outcome.credential.id),
        credentialUrl: outcome.credential.url ?? undefined,
        step: step.step,
        at: step.at,
      })),
    );
    settled.push(...group.map((step, index) => settle(step, outcomes[index])));
  }
  return settled;
}

function settle(step: Step, outcome: IssueOutcome | undefined): SettledStep {
  if (outcome === undefined) throw new Error('the issuer left a request without an answer');
  if (outcome.kind === 'invalid') {
    const said = JSON.stringify(outcome.errors);
    return {
      ...plainly(step.step, step.at, { outcome: 'failed' }),
      fingerprint: fingerprint(step.step.node.title, said),
      events: [eventOf(step, { status: 'refused', errors: outcome.errors })],
    };
  }
  const credential = { ...outcome.credential };
  if (outcome.kind === 'duplicate') return duplicate(step, credential);
  return {
    ...plainly(step.step, step.at, { outcome: 'succeeded' }),
    events: [eventOf(step, { status: outcome.kind, credential })],
  };
}

/** The profile has its credential: what was to be reached is reached, and the step says by which one. */
function duplicate(
  step: Step,
  credential: Readonly<Record<string, unknown>> & { readonly id: unknown },
): SettledStep {
  const reason = `nothing was issued: the profile has credential ${String(credential.id)} for "${step.effect.certification}" already`;
  return {
    ...plainly(step.step, step.at, { outcome: 'succeeded', reason }),
    events: [eventOf(step, { status: 'duplicate', credential })],
  };
}

/** As issuers give it: a number, where it is one. */
function idOf(reference: string | undefined): string | number | undefined {
  const number = Number(reference);
  return Number.isSafeInteger(number) && String(number) === reference ? number : reference;
}

function eventOf({ step, at, job, effect }: Step, params: Record<string, unknown>) {
  const { workspaceId, profileId, runId, stepId } = job.data;
  return {
    workspaceId,
    profileId,
    id: newId(),
    action: effect.eventName,
    time: at,
    receivedAt: at,
    source: 'workflow' as const,
    params: {
      ...params,
      certification: effect.certification,
      workflowId: step.run.workflow.workflowId,
      runId,
      stepId,
      nodeId: step.node.id,
    },
  };
}

function passOf({ job, effect }: Step): Pass {
  const { workspaceId, profileId } = job.data;
  return { workspaceId, profileId, certification: effect.certification, policy: effect.policy };
}
