import type { OpenConnection } from '../../integrations/index.ts';
import { renderSteps } from '../render-steps.ts';
import { reservePasses } from '../reserve-passes.ts';
import { plainly } from '../settlement.ts';
import { endIntent, mayLeave, writeIntents } from '../write-intents.ts';
import { assembleRequest } from './assemble-request.ts';
import type { Executor, ExecutorTools } from './executor.ts';
import { checkRequest, defer, executeRequest, optionsOf } from './send-requests.ts';
import type { IntegrationStep, PreparedRequest } from './send-requests.ts';

/** When a step looks again whose pass another one is issuing. */
const PASS_RETRY_MS = 2_000;

/**
 * Requests to other systems: rendered, let through by their connections, written down as intents, sent, and settled one
 * by one as their answers come, so that one that waits for a slow receiver holds up no other.
 */
export const executeIntegrations: Executor<IntegrationStep> = async (tools, steps) => {
  if (steps.length === 0) return;
  const { platform, fetchData, delivery, settle } = tools;
  const now = platform.clock.now();
  const [rendered, connections] = await Promise.all([
    renderSteps(platform.db, fetchData, steps, now),
    connectionsOf(tools, steps),
  ]);
  const fresh: PreparedRequest[] = [];
  const started: Promise<void>[] = [];
  for (const outcome of rendered) {
    const { step } = outcome;
    if (outcome.kind === 'unprocessed') {
      started.push(settle(plainly(step, now, outcome.result)));
      continue;
    }
    const connection = connections.get(step.node.settings.connection);
    const assembled = assembleRequest(step.node.settings, outcome.texts);
    if (connection === undefined || assembled.kind === 'broken') {
      const reason =
        assembled.kind === 'broken' ? assembled.reason : 'its connection does not exist any more';
      started.push(settle(plainly(step, now, { outcome: 'broken', reason })));
      continue;
    }
    const { request } = assembled;
    const masked = delivery.preview(connection, request, optionsOf(step));
    const certification = outcome.texts.get('issuance.certification')?.trim();
    if (certification === '') {
      const reason = 'the certification of its pass is empty';
      started.push(settle(plainly(step, now, { outcome: 'skipped', reason })));
      continue;
    }
    const prepared = { step, request, connection, masked, certification };
    const last = step.lastAttempt;
    if (last === undefined || (last.outcome !== null && last.outcome !== 'unknown')) {
      fresh.push({ ...prepared, number: (last?.number ?? 0) + 1 });
    } else {
      started.push(check(tools, { ...prepared, number: last.number }, last.expiresAt));
    }
  }
  await Promise.all([...started, issueOnce(tools, fresh)]);
};

async function connectionsOf(
  { delivery }: ExecutorTools,
  steps: readonly IntegrationStep[],
): Promise<ReadonlyMap<string, OpenConnection>> {
  const opened = await Promise.all(
    [...Map.groupBy(steps, ({ job }) => job.data.workspaceId)].map(async ([workspaceId, group]) => {
      const ids = [...new Set(group.map(({ node }) => node.settings.connection))];
      return await delivery.open(workspaceId, ids);
    }),
  );
  return new Map(opened.flatMap((connections) => [...connections]));
}

/** Sends requests that issue a credential for a pass only where the ledger has none of it; all others as they are. */
async function issueOnce(tools: ExecutorTools, fresh: readonly PreparedRequest[]): Promise<void> {
  const asked = fresh.flatMap(({ step, certification }) =>
    step.node.settings.issuance === undefined || certification === undefined
      ? []
      : [{ step, certification, policy: step.node.settings.issuance.policy }],
  );
  if (asked.length === 0) return await letThrough(tools, fresh);
  const now = tools.platform.clock.now();
  const answers = await reservePasses(tools.platform.db, asked, now);
  const going: PreparedRequest[] = [];
  const held: Promise<void>[] = [];
  for (const request of fresh) {
    const { step } = request;
    const answer = answers.get(step.job.data.stepId);
    if (answer === undefined || answer.kind === 'go') going.push(request);
    else if (answer.kind === 'issued') {
      const reason = `this pass has its credential already${answer.credential === undefined ? '' : `: ${answer.credential}`}`;
      held.push(tools.settle(plainly(step, now, { outcome: 'skipped', reason })));
    } else {
      const retryAt = new Date(now.getTime() + PASS_RETRY_MS);
      const reason = 'another run is issuing the credential of this pass; it is looked at again';
      held.push(tools.settle(defer(step, 'paced', retryAt, { reason })));
    }
  }
  await Promise.all([...held, letThrough(tools, going)]);
}

/** Sends as many requests as their connections allow now; the others wait without having made an attempt. */
async function letThrough(tools: ExecutorTools, prepared: readonly PreparedRequest[]): Promise<void> {
  await Promise.all(
    [...Map.groupBy(prepared, ({ connection }) => connection)].map(async ([connection, group]) => {
      const byWorkflow = Map.groupBy(group, ({ step }) => step.run.workflow.workflowId);
      const counts = new Map(Array.from(byWorkflow, ([workflowId, { length }]) => [workflowId, length]));
      const hosts = [...new Set(group.map(({ request }) => new URL(request.url).hostname))];
      const grants = await tools.delivery.permits(connection, counts, hosts);
      const sent: PreparedRequest[] = [];
      const held: Promise<void>[] = [];
      for (const [workflowId, requests] of byWorkflow) {
        const grant = grants.get(workflowId);
        const granted = grant?.granted ?? 0;
        sent.push(...requests.slice(0, granted));
        for (const { step } of requests.slice(granted)) {
          const retryAt = grant?.retryAt ?? new Date(tools.platform.clock.now().getTime() + 1_000);
          const reason =
            grant?.reason === 'breaker-open'
              ? `the connection "${connection.name}" is failing; it is tried again`
              : `the connection "${connection.name}" lets no more requests through at the moment`;
          held.push(tools.settle(defer(step, 'paced', retryAt, { reason })));
        }
      }
      await Promise.all([...held, send(tools, connection, sent)]);
    }),
  );
}

async function send(
  tools: ExecutorTools,
  connection: OpenConnection,
  prepared: readonly PreparedRequest[],
): Promise<void> {
  if (prepared.length === 0) return;
  const { platform, delivery, release, settle } = tools;
  platform.checkpoint('step: before the intent is committed');
  const intendedAt = platform.clock.now();
  const written = await writeIntents(platform.db, prepared, intendedAt, ({ step }) =>
    delivery.timeoutOf(connection, optionsOf(step)),
  );
  platform.checkpoint('step: after the intent is committed');
  // What is not sent for that is looked into after its lease, as what a dead process left.
  const allowed = mayLeave(intendedAt, platform.clock.now()) ? written : [];
  const sent = new Set(allowed);
  const refused = prepared.filter((request) => !sent.has(request));
  if (refused.length > 0) delivery.giveBack(connection, refused.length);
  release(refused.map(({ step }) => step.job));
  await Promise.all(allowed.map(async (request) => await settle(await executeRequest(tools, request))));
}

/** A request whose outcome is unknown: the receiver is asked, and it is sent again only if it was not carried out. */
async function check(tools: ExecutorTools, request: PreparedRequest, expiresAt: Date): Promise<void> {
  const checked = await checkRequest(tools, request, expiresAt);
  const { step } = request;
  const { stop } = step.run;
  if (checked.kind === 'settlement') await tools.settle(checked.settlement);
  else if (stop?.finishes === 'sent') {
    // It was not carried out, so there is nothing to finish.
    const at = tools.platform.clock.now();
    await tools.settle({ kind: 'cancelled', job: step.job, step, at, reason: stop.reason });
  } else {
    await endIntent(tools.platform.db, request);
    await letThrough(tools, [{ ...request, number: request.number + 1 }]);
  }
}
