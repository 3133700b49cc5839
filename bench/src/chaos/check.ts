import type { Pool } from 'pg';

import type { System } from './system.ts';
import { GENERATED, RESULT, TRIGGER } from './workflows.ts';

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

interface PersonRow {
  person: string;
  events: number;
  results: number;
  generated: number;
  runs: number;
  told: number;
  ledger: string[];
}

/**
 * What PostgreSQL has against what was acknowledged to the sender and what the stub has issued, for the people of one
 * scenario; counters, attempts and open steps of everything so far.
 */
export async function check(
  system: System,
  prefix: string,
  acknowledged: ReadonlySet<string>,
): Promise<Findings> {
  const { db } = system;
  const [rows, truth] = [await readPeople(system, prefix), await system.truth()];
  const people = new Map(rows.map((row) => [row.person, row]));
  const credentials = new Map(
    Object.entries(truth.credentials).filter(([person]) => person.startsWith(`${prefix}-`)),
  );
  const acked = [...acknowledged];
  const stored = rows.filter(({ events }) => events > 0);
  const twice = [...credentials].filter(([, ids]) => ids.length > 1);
  const without = acked.filter((person) => !credentials.has(person));
  const lost = acked.filter((person) => (people.get(person)?.events ?? 0) === 0);
  const pathless = acked.filter((person) => (people.get(person)?.runs ?? 0) === 0);
  const pastDeadline = await readRuns(
    db,
    "coalesce(ended_at, now()) > deadline_at or reason like '%longer than its cap%'",
  );
  const violations = [
    violation('acknowledged events that are not stored', lost),
    violation('stored events that were not acknowledged', but(stored.map(personOf), acknowledged)),
    violation(
      'events that are stored more than once',
      peopleWith(rows, ({ events }) => events > 1),
    ),
    violation('events without a path', pathless),
    violation(
      'events with more than one path',
      peopleWith(rows, ({ runs }) => runs > 1),
    ),
    violation('people without a credential', without),
    violation(
      'people with more than one credential',
      twice.map(([person, ids]) => `${person}: ${ids.join(' ')}`),
    ),
    violation('credentials of people who sent no event', but([...credentials.keys()], acknowledged)),
    violation(
      'people without exactly one result event',
      peopleWith(rows, ({ results }) => results !== 1),
    ),
    violation(
      'people without exactly one generated event',
      peopleWith(rows, (row) => row.generated !== 1),
    ),
    violation(
      'people without exactly one path that it starts',
      peopleWith(rows, ({ told }) => told !== 1),
    ),
    violation(
      'people whose ledger does not have their one credential',
      peopleWith(rows, ({ person, ledger }) => ledger.join() !== (credentials.get(person) ?? []).join()),
    ),
    violation('paths beyond their deadline', pastDeadline),
    violation('paths that did not finish', await readRuns(db, "state <> 'finished' or ended_at is null")),
    violation('steps that nobody has left', await readOpenSteps(db)),
    violation('attempts without an outcome', await readOpenAttempts(db)),
    violation('jobs that are left over', await readJobs(db)),
    violation('counters that differ from the steps', await readWrongCounters(db)),
  ].filter(({ ids }) => ids.length > 0);
  return {
    violations,
    lost: new Set([...lost, ...pathless, ...without]).size,
    duplicates: twice.reduce((sum, [, ids]) => sum + ids.length - 1, 0),
    pastDeadline: pastDeadline.length,
  };
}

function violation(what: string, ids: readonly string[]): Violation {
  return { what, ids };
}

const personOf = ({ person }: PersonRow): string => person;

function peopleWith(rows: readonly PersonRow[], test: (row: PersonRow) => boolean): string[] {
  return rows.filter(test).map(personOf);
}

function but(all: readonly string[], those: ReadonlySet<string>): string[] {
  return all.filter((one) => !those.has(one));
}

async function readPeople({ db, workflows }: System, prefix: string): Promise<PersonRow[]> {
  const { rows } = await db.query<PersonRow>(
    `with trigger as (
      select params->>'person' as person, workspace_id, profile_id, id from event
      where action = $1 and params->>'person' like $2)
    select person, count(*)::int as events,
      sum((select count(*) from event e where e.workspace_id = t.workspace_id and e.profile_id = t.profile_id
        and e.action = $3))::int as results,
      sum((select count(*) from event e where e.workspace_id = t.workspace_id and e.profile_id = t.profile_id
        and e.action = $4 and e.params->>'person' = t.person))::int as generated,
      sum((select count(*) from run r where r.workspace_id = t.workspace_id and r.profile_id = t.profile_id
        and r.workflow_id = $5 and r.event_id = t.id))::int as runs,
      sum((select count(*) from run r where r.workspace_id = t.workspace_id and r.profile_id = t.profile_id
        and r.workflow_id = $6))::int as told,
      (select coalesce(array_agg(i.credential_reference order by i.credential_reference), '{}') from issuance i
        where i.state = 'issued' and i.recipient_email = t.person) as ledger
    from trigger t group by person, t.workspace_id`,
    [TRIGGER, `${prefix}-%`, RESULT, GENERATED, workflows.issuing, workflows.told],
  );
  return rows;
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
