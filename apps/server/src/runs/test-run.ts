import type { testReportSchema, testRunSchema } from '@laurel/contract';
import { durationMs, parseDefinition, startRun } from '@laurel/workflow';
import type { Issue } from '@laurel/workflow';
import type { z } from 'zod';

import type { NewEvent } from '../events/index.ts';
import { storageProblem } from '../platform/db/storable-json.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { findWorkflow, readVersion } from '../workflows/index.ts';
import type { Workflow, WorkflowVersion } from '../workflows/index.ts';
import { loadCustomers } from './load-customers.ts';
import type { Customers } from './load-customers.ts';
import { matchTriggers } from './match-triggers.ts';
import { planChanges } from './record-changes.ts';
import type { RunTools } from './run-tools.ts';
import { walkWorkflow } from './walk-workflow.ts';

export type TestRunRequest = z.output<typeof testRunSchema>;
export type TestReport = z.input<typeof testReportSchema>;

export type TestRunOutcome =
  | { readonly kind: 'reported'; readonly report: TestReport }
  | { readonly kind: 'no-workflow' }
  | { readonly kind: 'no-version' }
  | { readonly kind: 'no-profile' }
  /** The definition that is not saved does not fit the form of one. */
  | { readonly kind: 'bad-definition'; readonly issues: readonly Issue[] }
  /** What was given holds something that cannot be stored. */
  | { readonly kind: 'not-storable'; readonly field: string; readonly message: string }
  /** New runs cannot start. */
  | { readonly kind: 'not-active'; readonly status: string };

interface Target {
  readonly workspaceId: string;
  readonly workflowId: string;
}

/**
 * Tries a workflow out with an event: tells what would happen, node by node, and sends and writes nothing; or (`send`)
 * starts a real run, marked as a test, which is limited, paced and recorded as any other.
 */
export async function testRun(
  platform: Platform,
  tools: RunTools,
  target: Target,
  request: TestRunRequest,
): Promise<TestRunOutcome> {
  const { event, profile: who, assume, definition } = request;
  const problem = storageProblem({ event, profile: who, assume, definition });
  if (problem !== undefined)
    return { kind: 'not-storable', field: problem.path.slice(1), message: problem.message };
  const found = await findWorkflow(platform.db, target.workspaceId, { id: target.workflowId });
  if (found === undefined) return { kind: 'no-workflow' };
  const profile = await profileOf(platform, target.workspaceId, request);
  if (profile === undefined) return { kind: 'no-profile' };
  if (request.send) return await send(platform, tools, target, found, profile.id, request);
  const loaded = await versionOf(platform, tools, target, found, request);
  return 'kind' in loaded ? loaded : await rehearse(platform, tools, loaded, profile, request);
}

interface TestProfile {
  readonly id: string;
  readonly isImagined: boolean;
  readonly customers: Customers;
}

async function profileOf(
  { db }: Platform,
  workspaceId: string,
  { profile }: TestRunRequest,
): Promise<TestProfile | undefined> {
  if ('id' in profile) {
    // As the database writes it.
    const profileId = profile.id.toLowerCase();
    const customers = await loadCustomers(db, [{ workspaceId, profileId }]);
    return customers.has(profileId) ? { id: profileId, customers, isImagined: false } : undefined;
  }
  const { attributes, ...identifiers } = profile;
  const id = newId();
  return { id, customers: new Map([[id, { ...attributes, ...identifiers }]]), isImagined: true };
}

async function versionOf(
  { db }: Platform,
  { versions }: RunTools,
  { workspaceId, workflowId }: Target,
  workflow: Workflow,
  request: TestRunRequest,
): Promise<WorkflowVersion | Extract<TestRunOutcome, { kind: 'no-version' | 'bad-definition' }>> {
  const version = request.version ?? workflow.newestVersion;
  const stored = await readVersion(db, workspaceId, workflowId, version);
  if (stored === undefined) return { kind: 'no-version' };
  const saved = await versions.get(db, workspaceId, workflowId, version);
  if (request.definition === undefined) return saved;
  const parsed = parseDefinition(request.definition);
  if (parsed.kind === 'refused') return { kind: 'bad-definition', issues: parsed.issues };
  const { definition } = parsed;
  return { ...saved, definition, pathCapMs: durationMs(definition.settings.pathCap) };
}

async function rehearse(
  platform: Platform,
  { delivery, fetchData }: RunTools,
  workflow: WorkflowVersion,
  { id: profileId, customers, isImagined }: TestProfile,
  request: TestRunRequest,
): Promise<TestRunOutcome> {
  const now = platform.clock.now();
  const event = eventOf(request, now);
  const triggers = matchTriggers(workflow.definition, event, now);
  const trigger = triggers.find(({ matched }) => matched);
  if (trigger === undefined) return notStarted(triggers);
  const assume = new Map(
    Object.entries(request.assume).map(([nodeId, assumed]) => [
      nodeId,
      typeof assumed === 'string' ? { output: assumed } : assumed,
    ]),
  );
  const walk = await walkWorkflow(
    { delivery, fetchData, db: platform.db, customers, isImagined },
    { workflow, triggerNodeId: trigger.nodeId, event, profileId, now, assume },
  );
  return { kind: 'reported', report: { triggers, steps: [...walk.steps], result: walk.result } };
}

async function send(
  platform: Platform,
  tools: RunTools,
  { workspaceId, workflowId }: Target,
  { status, activeVersion }: Workflow,
  profileId: string,
  request: TestRunRequest,
): Promise<TestRunOutcome> {
  if ((status !== 'active' && status !== 'paused') || activeVersion === undefined)
    return { kind: 'not-active', status };
  const workflow = await tools.versions.get(platform.db, workspaceId, workflowId, activeVersion);
  const at = platform.clock.now();
  // As what workflows write of themselves: it starts no other run.
  const event: NewEvent = { ...eventOf(request, at), workspaceId, profileId, source: 'system' };
  const triggers = matchTriggers(workflow.definition, event, at);
  const trigger = triggers.find(({ matched }) => matched);
  if (trigger === undefined) return notStarted(triggers);
  const { nodeId } = trigger;
  const runId = newId();
  const context = { profileId, now: at, timeZone: workflow.timeZone };
  const confirm = await inTransaction(platform.db, async (tx) => {
    const planned = await planChanges(tx, tools, [
      {
        workspaceId,
        profileId,
        runId,
        workflow,
        at,
        change: startRun(workflow.definition, nodeId, context),
        deadlineAt: new Date(at.getTime() + workflow.pathCapMs),
        triggerNodeId: nodeId,
        events: new Map([[nodeId, event]]),
        cause: { kind: 'start', replayOf: undefined, test: true },
      },
    ]);
    const [, confirmEvents] = await Promise.all([
      planned.write(tx),
      tools.log.append(tx, [event, ...planned.events]),
    ]);
    return () => {
      confirmEvents();
      planned.confirm();
    };
  });
  confirm();
  return { kind: 'reported', report: { triggers, steps: [], result: { state: 'started' }, runId } };
}

function eventOf({ event: { action, params, time } }: TestRunRequest, now: Date) {
  // As of any event: not in the future.
  const happened = time === undefined ? now : new Date(Math.min(Date.parse(time), now.getTime()));
  return { id: newId(), receivedAt: now, action, time: happened, params };
}

function notStarted(triggers: TestReport['triggers']): TestRunOutcome {
  const reason = triggers.map((trigger) => `"${trigger.title}": ${trigger.reason ?? ''}`).join('; ');
  const result = {
    state: 'not-started' as const,
    reason: reason === '' ? 'there is no trigger for an event' : reason,
  };
  return { kind: 'reported', report: { triggers, steps: [], result } };
}
