import { openConnections } from '../../integrations/index.ts';
import type { OpenConnection } from '../../integrations/index.ts';
import type { StepAt } from '../loaded-step.ts';
import { renderSteps } from '../render-steps.ts';
import { plainly } from '../settlement.ts';
import { writeIntents } from '../write-intents.ts';
import { assembleRequest } from './assemble-request.ts';
import type { Executor, ExecutorTools } from './executor.ts';
import { checkRequest, executeRequest, prepareRequest } from './send-requests.ts';
import type { PreparedRequest } from './send-requests.ts';

/**
 * Requests to other systems: rendered, written down as intents, sent, and settled one by one as their answers come, so
 * that one that waits for a slow receiver holds up no other.
 */
export const executeIntegrations: Executor<StepAt<'outgoing-integration'>> = async (tools, steps) => {
  const { platform, fetchData, settle } = tools;
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
    if (connection === undefined) {
      const reason = 'its connection does not exist any more';
      started.push(settle(plainly(step, now, { outcome: 'broken', reason })));
      continue;
    }
    const assembled = assembleRequest(step.node.settings, outcome.texts);
    if (assembled.kind === 'broken') {
      started.push(settle(plainly(step, now, { outcome: 'broken', reason: assembled.reason })));
      continue;
    }
    const request = prepareRequest(step, assembled.request, connection);
    const last = step.lastAttempt;
    if (last === undefined || (last.outcome !== null && last.outcome !== 'unknown')) {
      fresh.push({ step, request, number: (last?.number ?? 0) + 1 });
    } else {
      started.push(check(tools, { step, request, number: last.number }, last.expiresAt));
    }
  }
  await Promise.all([...started, send(tools, fresh)]);
};

async function connectionsOf(
  { platform }: ExecutorTools,
  steps: readonly StepAt<'outgoing-integration'>[],
): Promise<ReadonlyMap<string, OpenConnection>> {
  const opened = await Promise.all(
    [...Map.groupBy(steps, ({ job }) => job.data.workspaceId)].map(async ([workspaceId, group]) => {
      const ids = [...new Set(group.map(({ node }) => node.settings.connection))];
      return await openConnections(platform.db, platform.secrets, workspaceId, ids);
    }),
  );
  return new Map(opened.flatMap((connections) => [...connections]));
}

async function send(tools: ExecutorTools, prepared: readonly PreparedRequest[]): Promise<void> {
  if (prepared.length === 0) return;
  const { platform, timeoutMs, release, settle } = tools;
  platform.checkpoint('step: before the intent is committed');
  const allowed = await writeIntents(platform.db, prepared, platform.clock.now(), timeoutMs);
  platform.checkpoint('step: after the intent is committed');
  const sent = new Set(allowed);
  release(prepared.filter((request) => !sent.has(request)).map(({ step }) => step.job));
  await Promise.all(allowed.map(async (request) => await settle(await executeRequest(tools, request))));
}

/** A request whose outcome is unknown: the receiver is asked, and it is sent again only if it was not carried out. */
async function check(tools: ExecutorTools, request: PreparedRequest, expiresAt: Date): Promise<void> {
  const checked = await checkRequest(tools, request, expiresAt);
  if (checked.kind === 'settlement') await tools.settle(checked.settlement);
  else await send(tools, [{ ...request, number: request.number + 1 }]);
}
