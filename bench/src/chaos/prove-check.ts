import { request } from 'undici';

import { checkPasses } from './check-passes.ts';
import { check } from './check.ts';
import type { Findings } from './findings.ts';
import { HEALTHY } from './mix.ts';
import type { ScenarioResult } from './scenarios.ts';
import type { System } from './system.ts';
import { PASSED, TRIGGER } from './workflows.ts';

type Proven = Pick<ScenarioResult, 'prefix' | 'reports' | 'acknowledged'>;

/**
 * Breaks one promise after the other on purpose, each for somebody else, and answers those that the checks do not
 * report: a check that never fails says nothing. What is in the database is of no use afterwards.
 */
export async function proveChecks(system: System, results: readonly Proven[]): Promise<string[]> {
  await system.setMix(HEALTHY);
  const last = (action: string): Proven | undefined =>
    results.findLast(({ reports }) => reports.action === action);
  const [plain, passes] = [last(TRIGGER), last(PASSED)];
  return [
    ...(plain === undefined ? [] : await proveCheck(system, plain)),
    ...(passes === undefined ? [] : await proveCheckPasses(system, passes)),
  ];
}

async function issueAgain({ issuer }: System, email: string): Promise<void> {
  const again = await request(`${issuer}/v1/credentials`, {
    method: 'POST',
    body: JSON.stringify({ credential: { recipient: { email }, group_id: 7 } }),
  });
  await again.body.dump();
}

function unreported({ violations }: Findings, broken: readonly string[]): string[] {
  const reported = new Set(violations.map(({ what }) => what));
  return broken.filter((what) => !reported.has(what));
}

async function proveCheckPasses(
  system: System,
  { prefix, reports, acknowledged }: Proven,
): Promise<string[]> {
  const { db, workflows } = system;
  const [twice = '', unstored = '', pending = ''] = [...acknowledged];
  await issueAgain(system, twice);
  await db.query(
    `delete from event where id = (
      select id from event where action = $1 and params->>'person' = $2 limit 1)`,
    [PASSED, unstored],
  );
  await db.query("update issuance set state = 'pending' where workflow_id = $1 and recipient_email = $2", [
    workflows.passing,
    pending,
  ]);
  await db.query(
    `update run set state = 'finished' where ctid = (
      select min(ctid) from run where workflow_id = $1 and state = 'skipped')`,
    [workflows.passing],
  );
  return unreported(await checkPasses(system, prefix, reports.times, acknowledged), [
    'passes whose reports are not all stored once',
    'people with more than one credential',
    'passes without exactly one path that issued, and the others skipped',
    'passes whose entry in the ledger is not their one credential',
    'passes that the ledger takes to be under way',
  ]);
}

async function proveCheck(system: System, { prefix, acknowledged }: Proven): Promise<string[]> {
  const { db } = system;
  const [twice = '', eventless = '', unpaid = '', late = ''] = [...acknowledged];
  await issueAgain(system, twice);
  await db.query("delete from event where action = $1 and params->>'person' = $2", [TRIGGER, eventless]);
  await db.query('delete from issuance where recipient_email = $1', [unpaid]);
  await db.query(
    `update run set deadline_at = ended_at - interval '1 s' where event_id in
      (select id from event where action = $1 and params->>'person' = $2)`,
    [TRIGGER, late],
  );
  await db.query(
    'update node_minute set failed = failed + 1 where ctid = (select min(ctid) from node_minute)',
  );
  await db.query('update attempt set outcome = null where ctid = (select min(ctid) from attempt)');
  return unreported(await check(system, prefix, acknowledged), [
    'acknowledged events that are not stored',
    'people with more than one credential',
    'people whose ledger does not have their one credential',
    'paths beyond their deadline',
    'attempts without an outcome',
    'counters that differ from the steps',
  ]);
}
