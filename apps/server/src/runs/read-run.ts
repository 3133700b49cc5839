import { runSchema } from '@laurel/contract';
import { nodeById } from '@laurel/workflow';
import type { Definition } from '@laurel/workflow';
import { sql } from 'kysely';

import type { Queryable } from '../platform/db/database.ts';
import type { Platform } from '../platform/platform.ts';
import { attributesOf } from '../profiles/index.ts';
import type { WorkflowVersions } from '../workflows/index.ts';
import { describeRun } from './describe-run.ts';
import { readSteps } from './read-steps.ts';
import type { RunKey, RunView } from './read-steps.ts';
import { readSummaries } from './run-summary.ts';

const replay = runSchema.shape.replays.element.shape;
const issuance = runSchema.shape.issuances.element.shape;

/** A run with everything of it; undefined where there is none. */
export async function readRun(
  { db, clock }: Platform,
  versions: WorkflowVersions,
  workspaceId: string,
  runId: string,
): Promise<RunView | undefined> {
  const [summary] = await readSummaries(
    db,
    versions,
    workspaceId,
    clock.now(),
    sql`select * from run r where r.workspace_id = ${workspaceId} and r.id = ${runId}`,
  );
  if (summary === undefined) return undefined;
  const key = { workspaceId, profileId: summary.profileId, runId };
  const workflow = await versions.get(db, workspaceId, summary.workflowId, summary.version);
  const [more, events, steps, issuances, replays] = await Promise.all([
    readMore(db, key),
    readEvents(db, key, workflow.definition),
    readSteps(db, key, workflow.definition),
    readIssuances(db, key),
    readReplays(db, workspaceId, runId),
  ]);
  const started = more.triggered ? events[0]?.event : undefined;
  return {
    ...summary,
    sentence: describeRun({ ...summary, steps, issuances }, workflow.timeZone),
    triggerNodeId: more.triggerNodeId,
    ...(more.deadlineAt !== undefined && { deadlineAt: more.deadlineAt.toISOString() }),
    ...(started !== undefined && { event: started }),
    events,
    steps,
    issuances,
    replays,
  };
}

async function readMore(db: Queryable, key: RunKey) {
  const row = await db
    .selectFrom('run')
    .select(['trigger_node_id', 'event_id'])
    .select(sql<Date | null>`nullif(deadline_at, 'infinity')`.as('deadline_at'))
    .where('workspace_id', '=', key.workspaceId)
    .where('profile_id', '=', key.profileId)
    .where('id', '=', key.runId)
    .executeTakeFirst();
  return {
    triggerNodeId: row?.trigger_node_id ?? '',
    triggered: (row?.event_id ?? null) !== null,
    deadlineAt: row?.deadline_at ?? undefined,
  };
}

/** Of the trigger, then of the Event Filters; those whose retention is over are left out. */
async function readEvents(db: Queryable, key: RunKey, definition: Definition): Promise<RunView['events']> {
  const { rows } = await sql<{
    node_id: string;
    id: string;
    action: string;
    time: Date;
    params: unknown;
  }>`
    select t.node_id, e.id, e.action, e.time, e.params from (
      select trigger_node_id as node_id, event_id, event_received_at, 0 as place from run
      where workspace_id = ${key.workspaceId} and profile_id = ${key.profileId} and id = ${key.runId}
      union all
      select node_id, event_id, event_received_at, row_number() over (order by left_at, id) from run_step
      where workspace_id = ${key.workspaceId} and profile_id = ${key.profileId} and run_id = ${key.runId}
        and event_id is not null) t
    join event e on e.workspace_id = ${key.workspaceId} and e.profile_id = ${key.profileId}
      and e.received_at = t.event_received_at and e.id = t.event_id
    order by t.place`.execute(db);
  return rows.map((row) => ({
    nodeId: row.node_id,
    title: nodeById(definition, row.node_id)?.title ?? row.node_id,
    event: {
      id: row.id,
      action: row.action,
      time: row.time.toISOString(),
      params: attributesOf(row.params),
    },
  }));
}

async function readIssuances(db: Queryable, key: RunKey): Promise<RunView['issuances']> {
  const rows = await db
    .selectFrom('issuance')
    .selectAll()
    .where('workspace_id', '=', key.workspaceId)
    .where('profile_id', '=', key.profileId)
    .where('run_id', '=', key.runId)
    .orderBy('issued_at')
    .orderBy('step_id')
    .execute();
  return rows.map((row) => ({
    stepId: row.step_id,
    state: issuance.state.parse(row.state),
    ...(row.credential_reference !== null && { credentialReference: row.credential_reference }),
    ...(row.credential_url !== null && { credentialUrl: row.credential_url }),
    ...(row.group_reference !== null && { groupReference: row.group_reference }),
    ...(row.recipient_email !== null && { recipientEmail: row.recipient_email }),
    ...(row.certification !== null && { certification: row.certification }),
    issuedAt: row.issued_at.toISOString(),
  }));
}

async function readReplays(db: Queryable, workspaceId: string, runId: string): Promise<RunView['replays']> {
  const rows = await db
    .selectFrom('run')
    .select(['id', 'state', 'started_at'])
    .where('workspace_id', '=', workspaceId)
    .where('replay_of', '=', runId)
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(100)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    state: replay.state.parse(row.state),
    startedAt: row.started_at.toISOString(),
  }));
}
