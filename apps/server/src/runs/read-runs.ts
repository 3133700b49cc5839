import { runSchema } from '@laurel/contract';
import { nodeById } from '@laurel/workflow';
import type { z } from 'zod';

import type { Database } from '../platform/db/database.ts';
import { attributesOf } from '../profiles/index.ts';
import { readVersion } from '../workflows/index.ts';

export type RunView = z.input<typeof runSchema>;
export type RunSummary = Omit<RunView, 'event' | 'steps'>;

interface RunRow {
  id: string;
  workflow_id: string;
  version: number;
  profile_id: string;
  state: string;
  reason: string | null;
  started_at: Date;
  ended_at: Date | null;
}

const RUN_COLUMNS = [
  'id',
  'workflow_id',
  'version',
  'profile_id',
  'state',
  'reason',
  'started_at',
  'ended_at',
] as const;
const state = runSchema.shape.state;
const stepState = runSchema.shape.steps.element.shape.state;
const outcome = runSchema.shape.steps.element.shape.attempts.element.shape.outcome;

function summaryOf(row: RunRow): RunSummary {
  return {
    id: row.id,
    workflowId: row.workflow_id,
    version: row.version,
    profileId: row.profile_id,
    state: state.parse(row.state),
    ...(row.reason !== null && { reason: row.reason }),
    startedAt: row.started_at.toISOString(),
    ...(row.ended_at !== null && { endedAt: row.ended_at.toISOString() }),
  };
}

/** The runs of a workflow, newest first. */
export async function listRuns(
  db: Database,
  query: { workspaceId: string; workflowId: string; limit: number; before?: Date | undefined },
): Promise<RunSummary[]> {
  let select = db
    .selectFrom('run')
    .select(RUN_COLUMNS)
    .where('workspace_id', '=', query.workspaceId)
    .where('workflow_id', '=', query.workflowId);
  if (query.before !== undefined) select = select.where('started_at', '<', query.before);
  const rows = await select.orderBy('started_at', 'desc').orderBy('id', 'desc').limit(query.limit).execute();
  return rows.map(summaryOf);
}

/** A run with its event, its steps in order and every request that was sent; undefined where there is none. */
export async function readRun(
  db: Database,
  workspaceId: string,
  runId: string,
): Promise<RunView | undefined> {
  const run = await db
    .selectFrom('run')
    .select([...RUN_COLUMNS, 'event_id', 'event_received_at'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', runId)
    .executeTakeFirst();
  if (run === undefined) return undefined;
  const event = await readEvent(db, workspaceId, run);
  return {
    ...summaryOf(run),
    ...(event !== undefined && { event }),
    steps: await readSteps(db, workspaceId, run),
  };
}

async function readEvent(
  db: Database,
  workspaceId: string,
  run: { profile_id: string; event_id: string | null; event_received_at: Date | null },
): Promise<RunView['event']> {
  if (run.event_id === null || run.event_received_at === null) return undefined;
  const event = await db
    .selectFrom('event')
    .select(['id', 'action', 'time', 'params'])
    .where('workspace_id', '=', workspaceId)
    .where('profile_id', '=', run.profile_id)
    .where('received_at', '=', run.event_received_at)
    .where('id', '=', run.event_id)
    .executeTakeFirst();
  // Its retention may be over.
  if (event === undefined) return undefined;
  return {
    id: event.id,
    action: event.action,
    time: event.time.toISOString(),
    params: attributesOf(event.params),
  };
}

async function readSteps(db: Database, workspaceId: string, run: RunRow): Promise<RunView['steps']> {
  const definition = await readVersion(db, workspaceId, run.workflow_id, run.version);
  const steps = await db
    .selectFrom('run_step')
    .select(['id', 'node_id', 'node_type', 'state', 'reason', 'entered_at', 'left_at', 'due_at', 'output'])
    .where('workspace_id', '=', workspaceId)
    .where('profile_id', '=', run.profile_id)
    .where('run_id', '=', run.id)
    .orderBy('id')
    .execute();
  const attempts = await readAttempts(db, workspaceId, run);
  return steps.map((step) => ({
    id: step.id,
    nodeId: step.node_id,
    nodeType: step.node_type,
    title: (definition && nodeById(definition, step.node_id)?.title) ?? step.node_id,
    state: stepState.parse(step.state),
    ...(step.reason !== null && { reason: step.reason }),
    enteredAt: step.entered_at.toISOString(),
    ...(step.left_at !== null && { leftAt: step.left_at.toISOString() }),
    ...(step.due_at !== null && { dueAt: step.due_at.toISOString() }),
    ...(step.output !== null && { output: step.output }),
    attempts: attempts.get(step.id) ?? [],
  }));
}

type AttemptView = RunView['steps'][number]['attempts'][number];

async function readAttempts(
  db: Database,
  workspaceId: string,
  run: RunRow,
): Promise<Map<string, AttemptView[]>> {
  const rows = await db
    .selectFrom('attempt')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('profile_id', '=', run.profile_id)
    .where('run_id', '=', run.id)
    .orderBy('number')
    .execute();
  const byStep = new Map<string, AttemptView[]>();
  for (const row of rows) {
    const view: AttemptView = {
      number: row.number,
      method: row.method,
      url: row.url,
      headers: Object.fromEntries(
        Object.entries(attributesOf(row.headers)).map(([name, value]) => [name, String(value)]),
      ),
      ...(row.body !== null && { body: row.body }),
      sentAt: row.sent_at.toISOString(),
      ...(row.outcome !== null && { outcome: outcome.parse(row.outcome) }),
      ...(row.status !== null && { status: row.status }),
      ...(row.response !== null && { response: row.response }),
      responseTruncated: row.response_truncated ?? false,
      ...(row.error !== null && { error: row.error }),
      ...(row.duration_ms !== null && { durationMs: row.duration_ms }),
    };
    byStep.set(row.step_id, [...(byStep.get(row.step_id) ?? []), view]);
  }
  return byStep;
}
