import { findingsOf, truthOf, violation } from './findings.ts';
import type { Findings } from './findings.ts';
import type { System } from './system.ts';
import { PASSED } from './workflows.ts';

interface PassRow {
  person: string;
  events: number;
  finished: number;
  skipped: number;
  /** References of the credentials that the ledger says were issued for the pass. */
  issued: string[];
  pending: number;
}

/**
 * What PostgreSQL has of passes that were reported several times, against what the stub has issued: one request came to
 * a credential, the other paths were skipped, and the ledger knows of that credential and of nothing under way.
 */
export async function checkPasses(
  system: System,
  prefix: string,
  times: number,
  acknowledged: ReadonlySet<string>,
): Promise<Findings> {
  const rows = await readPasses(system, prefix);
  const credentials = await truthOf(system, prefix);
  const people = new Map(rows.map((row) => [row.person, row]));
  const lost = [...acknowledged].filter((person) => people.get(person)?.events !== times);
  const without = [...acknowledged].filter((person) => !credentials.has(person));
  const those = (test: (row: PassRow) => boolean): string[] => rows.filter(test).map(({ person }) => person);
  const violations = [
    violation('passes whose reports are not all stored once', lost),
    violation('people without a credential', without),
    violation(
      'people with more than one credential',
      [...credentials].filter(([, ids]) => ids.length > 1).map(([person]) => person),
    ),
    violation(
      'passes without exactly one path that issued, and the others skipped',
      those(({ finished, skipped }) => finished !== 1 || skipped !== times - 1),
    ),
    violation(
      'passes whose entry in the ledger is not their one credential',
      those(({ person, issued }) => issued.join() !== (credentials.get(person) ?? []).join()),
    ),
    violation(
      'passes that the ledger takes to be under way',
      those(({ pending }) => pending > 0),
    ),
  ];
  return await findingsOf(system, violations, [...lost, ...without], credentials);
}

async function readPasses({ db, workflows }: System, prefix: string): Promise<PassRow[]> {
  const { rows } = await db.query<PassRow>(
    `with reported as (
      select params->>'person' as person, workspace_id, profile_id, count(*)::int as events from event
      where action = $1 and params->>'person' like $2 group by 1, 2, 3)
    select person, events,
      (select count(*)::int from run r where r.workspace_id = t.workspace_id and r.profile_id = t.profile_id
        and r.workflow_id = $3 and r.state = 'finished') as finished,
      (select count(*)::int from run r where r.workspace_id = t.workspace_id and r.profile_id = t.profile_id
        and r.workflow_id = $3 and r.state = 'skipped') as skipped,
      (select coalesce(array_agg(i.credential_reference), '{}') from issuance i
        where i.workspace_id = t.workspace_id and i.profile_id = t.profile_id and i.state = 'issued') as issued,
      (select count(*)::int from issuance i
        where i.workspace_id = t.workspace_id and i.profile_id = t.profile_id and i.state = 'pending') as pending
    from reported t`,
    [PASSED, `${prefix}-%`, workflows.passing],
  );
  return rows;
}
