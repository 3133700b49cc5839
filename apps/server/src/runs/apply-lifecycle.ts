import { sql } from 'kysely';

import type { Queryable, Tx } from '../platform/db/database.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import type { Platform } from '../platform/platform.ts';
import { advancePublication, findUnsettledPublication } from '../workflows/index.ts';
import type { Publication, WorkflowKey } from '../workflows/index.ts';
import { cancelRuns } from './cancel-runs.ts';
import type { InsideTools } from './cancel-runs.ts';
import { INSIDE_ROWS } from './load-inside.ts';
import { moveRuns } from './move-runs.ts';
import { resumeSteps } from './resume-steps.ts';
import { StepsLeftError } from './write-runs.ts';

export interface LifecycleParts extends InsideTools {
  readonly platform: Platform;
}

/** How often a batch is done again where a run of it moved on meanwhile. */
const ATTEMPTS = 10;
const STOPPED = 'the workflow was stopped';

interface Batch {
  /** Whether there is more to do. */
  readonly more: boolean;
  /** The run that was reached last. */
  readonly after: string | undefined;
  /** To be called after the commit. */
  readonly confirm: () => void;
}

const DONE: Batch = { more: false, after: undefined, confirm: () => undefined };

/**
 * Does to the runs inside a workflow what its status and its last publication mean for them: moves them, ends them, or
 * lets them go on. In batches, each a transaction; at most so many (default: until it is done). What is left is found
 * by the next call, so that a process may die at any moment, and several may do this at once.
 */
export async function applyLifecycle(
  parts: LifecycleParts,
  key: WorkflowKey,
  batches = Number.POSITIVE_INFINITY,
): Promise<void> {
  let after: string | undefined;
  for (let count = 0; count < batches; count++) {
    const batch = await commitBatch(parts, key, after);
    if (!batch.more) break;
    after = batch.after;
  }
}

/** Does this for every workflow that needs it. One that fails does not hold up the others. */
export async function applyLifecycles(parts: LifecycleParts): Promise<void> {
  const { platform } = parts;
  for (const key of await findWork(platform.db)) {
    try {
      await applyLifecycle(parts, key);
    } catch (error) {
      platform.log.error(
        { ...key, err: error },
        'the runs inside a workflow cannot be dealt with; trying again',
      );
    }
  }
}

async function commitBatch(
  parts: LifecycleParts,
  key: WorkflowKey,
  after: string | undefined,
): Promise<Batch> {
  for (let attempt = 1; ; attempt++) {
    try {
      const batch = await inTransaction(
        parts.platform.db,
        async (tx) => await applyBatch(tx, parts, key, after),
      );
      batch.confirm();
      return batch;
    } catch (error) {
      if (attempt >= ATTEMPTS || !(error instanceof StepsLeftError)) throw error;
    }
  }
}

async function applyBatch(
  tx: Tx,
  parts: LifecycleParts,
  key: WorkflowKey,
  after: string | undefined,
): Promise<Batch> {
  // Its status stays as it is until the end of the transaction, and nobody else is at its runs.
  const workflow = await tx
    .selectFrom('workflow')
    .select('status')
    .where('workspace_id', '=', key.workspaceId)
    .where('id', '=', key.workflowId)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  if (workflow === undefined) return DONE;
  const publication = await findUnsettledPublication(tx, key);
  if (publication !== undefined) return await settlePublication(tx, parts, key, publication);
  if (workflow.status === 'stopped') {
    const at = parts.platform.clock.now();
    const query = { ...key, withWaiting: true, after, at, reason: STOPPED };
    const { reached, last, confirm } = await cancelRuns(tx, parts, query);
    if (reached > 0) return { more: true, after: last, confirm };
  }
  if (workflow.status === 'paused') return DONE;
  // Of a stopped workflow, these are steps with a request whose outcome is unknown: it is found out.
  const resumed = await resumeSteps(tx, parts.queue, key);
  return { more: resumed > 0, after, confirm: () => parts.handOff.wake() };
}

async function settlePublication(
  tx: Tx,
  parts: LifecycleParts,
  key: WorkflowKey,
  publication: Publication,
): Promise<Batch> {
  const { version, cursor: after, runsInside } = publication;
  const now = parts.platform.clock.now();
  const progress = async (
    { reached, last }: { reached: number; last: string | undefined },
    counts: { moved?: number; stayed?: number; stopped?: number },
    confirm: () => void,
  ): Promise<Batch> => {
    const settledAt = reached < INSIDE_ROWS ? now : undefined;
    const none = { moved: 0, stayed: 0, stopped: 0 };
    await advancePublication(tx, key, publication, { ...none, ...counts, cursor: last, settledAt });
    return { more: true, after: undefined, confirm };
  };
  switch (runsInside) {
    case 'finish':
      return await progress({ reached: 0, last: undefined }, {}, () => undefined);
    case 'move': {
      const { moved, ...reach } = await moveRuns(tx, parts, { ...key, version, after });
      return await progress(reach, { moved, stayed: reach.reached - moved }, () => parts.handOff.wake());
    }
    case 'stop': {
      const reason = `version ${version} was published, and the runs inside were stopped`;
      const query = { ...key, exceptVersion: version, after, at: now, reason };
      const { confirm, ...reach } = await cancelRuns(tx, parts, query);
      return await progress(reach, { stopped: reach.reached }, confirm);
    }
  }
}

/** The workflows of all workspaces whose runs are to be dealt with; each is asked for with an index. */
async function findWork(db: Queryable): Promise<WorkflowKey[]> {
  const { rows } = await sql<{ workspace_id: string; id: string }>`
    select w.workspace_id, w.id from workflow w
    where exists (
        select from publication p
        where p.workspace_id = w.workspace_id and p.workflow_id = w.id and p.settled_at is null)
      or (w.status <> 'paused' and exists (
        select from parked_step p where p.workspace_id = w.workspace_id and p.workflow_id = w.id))
      or (w.status = 'stopped' and exists (
        select from run r
        left join run_step s on s.workspace_id = r.workspace_id and s.profile_id = r.profile_id and s.run_id = r.id
          and s.left_at is null
        where r.workspace_id = w.workspace_id and r.workflow_id = w.id and r.state = 'running'
          and (r.stop_reason is null or s.state in ('waiting', 'paused'))))
    order by w.workspace_id, w.id`.execute(db);
  return rows.map((row) => ({ workspaceId: row.workspace_id, workflowId: row.id }));
}
