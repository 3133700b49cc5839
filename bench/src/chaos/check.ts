import { findingsOf, truthOf, violation } from './findings.ts';
import type { Findings } from './findings.ts';
import type { System } from './system.ts';
import { GENERATED, RESULT, TRIGGER } from './workflows.ts';

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
  const rows = await readPeople(system, prefix);
  const people = new Map(rows.map((row) => [row.person, row]));
  const credentials = await truthOf(system, prefix);
  const acked = [...acknowledged];
  const stored = rows.filter(({ events }) => events > 0);
  const twice = [...credentials].filter(([, ids]) => ids.length > 1);
  const without = acked.filter((person) => !credentials.has(person));
  const lost = acked.filter((person) => (people.get(person)?.events ?? 0) === 0);
  const pathless = acked.filter((person) => (people.get(person)?.runs ?? 0) === 0);
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
  ];
  return await findingsOf(system, violations, [...lost, ...pathless, ...without], credentials);
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
