import type { Pool } from 'pg';

import type { System } from './system.ts';

/** A promise that was broken, and for whom. */
export interface Violation {
  readonly what: string;
  readonly ids: readonly string[];
}

export interface Findings {
  readonly violations: readonly Violation[];
  /** People without a stored event, a path or a credential. */
  readonly lost: number;
  /** Credentials beyond the first of a person. */
  readonly duplicates: number;
  readonly pastDeadline: number;
}

export function violation(what: string, ids: readonly string[]): Violation {
  return { what, ids };
}

/** What the stub has issued to the people of a scenario. */
export async function truthOf(
  system: System,
  prefix: string,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const { credentials } = await system.truth();
  return new Map(Object.entries(credentials).filter(([person]) => person.startsWith(`${prefix}-`)));
}

/** Puts what was found of the people of one scenario together with what must hold of everything so far. */
export async function findingsOf(
  { db, workflows }: System,
  ofPeople: readonly Violation[],
  lost: readonly string[],
  credentials: ReadonlyMap<string, readonly number[]>,
): Promise<Findings> {
  const pastDeadline = await readRuns(
    db,
    "coalesce(ended_at, now()) > deadline_at or reason like '%longer than its cap%'",
  );
  const unfinished = await readRuns(
    db,
    // Of a pass that is reported twice one path issues, and the other is skipped.
    `ended_at is null or not (state = 'finished' or (state = 'skipped' and workflow_id = '${workflows.passing}'))`,
  );
  const violations = [
    ...ofPeople,
    violation('paths beyond their deadline', pastDeadline),
    violation('paths that did not finish', unfinished),
    violation('steps that nobody has left', await readOpenSteps(db)),
    violation('attempts without an outcome', await readOpenAttempts(db)),
    violation('jobs that are left over', await readJobs(db)),
    violation('counters that differ from the steps', await readWrongCounters(db)),
  ].filter(({ ids }) => ids.length > 0);
  return {
    violations,
    lost: new Set(lost).size,
    duplicates: [...credentials.values()].reduce((sum, ids) => sum + ids.length - 1, 0),
    pastDeadline: pastDeadline.length,
  };
}

async function readIds(db: Pool, query: string): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(query);
  return rows.map(({ id }) => id);
}

async function readRuns(db: Pool, condition: string): Promise<string[]> {
  return await readIds(
    db,
    `select concat_ws(' ', id, state, reason, started_at, ended_at) as id from run where ${condition}`,
  );
}

async function readOpenSteps(db: Pool): Promise<string[]> {
  return await readIds(
    db,
    "select concat_ws(' ', run_id, id, node_id, state) as id from run_step where left_at is null",
  );
}

async function readOpenAttempts(db: Pool): Promise<string[]> {
  return await readIds(
    db,
    "select concat_ws(' ', run_id, step_id, number) as id from attempt where outcome is null",
  );
}

async function readJobs(db: Pool): Promise<string[]> {
  return await readIds(
    db,
    `select concat_ws(' ', j.id, j.state, j.data->>'stepId') as id from jobs.job j
     where j.data ? 'stepId' and j.state <> 'completed'`,
  );
}

async function readWrongCounters(db: Pool): Promise<string[]> {
  return await readIds(
    db,
    `select concat_ws(' ', workflow_id, node_id, 'counted', c.counts, 'steps', s.counts) as id from (
      select workflow_id, node_id,
        concat_ws('/', sum(entered), sum(executed), sum(succeeded), sum(failed), sum(skipped)) as counts
      from node_minute group by 1, 2) c
    full join (
      select r.workflow_id, s.node_id, concat_ws('/', count(*),
        count(*) filter (where s.state in ('succeeded', 'failed')), count(*) filter (where s.state = 'succeeded'),
        count(*) filter (where s.state = 'failed'), count(*) filter (where s.state = 'skipped')) as counts
      from run_step s join run r on r.workspace_id = s.workspace_id and r.profile_id = s.profile_id and r.id = s.run_id
      group by 1, 2) s using (workflow_id, node_id)
    where c.counts is distinct from s.counts`,
  );
}
