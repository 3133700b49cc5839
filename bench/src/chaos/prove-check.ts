import { request } from 'undici';

import { check } from './check.ts';
import { HEALTHY } from './mix.ts';
import type { System } from './system.ts';
import { TRIGGER } from './workflows.ts';

/**
 * Breaks one promise after the other on purpose, each for somebody else, and answers those that the check does not
 * report: a check that never fails says nothing. What is in the database is of no use afterwards.
 */
export async function proveCheck(
  system: System,
  prefix: string,
  acknowledged: ReadonlySet<string>,
): Promise<string[]> {
  const { db, issuer } = system;
  const [twice = '', eventless = '', unpaid = '', late = ''] = [...acknowledged];
  await system.setMix(HEALTHY);
  const again = await request(`${issuer}/v1/credentials`, {
    method: 'POST',
    body: JSON.stringify({ credential: { recipient: { email: twice }, group_id: 7 } }),
  });
  await again.body.dump();
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
  const { violations } = await check(system, prefix, acknowledged);
  const reported = new Set(violations.map(({ what }) => what));
  return [
    'acknowledged events that are not stored',
    'people with more than one credential',
    'people whose ledger does not have their one credential',
    'paths beyond their deadline',
    'attempts without an outcome',
    'counters that differ from the steps',
  ].filter((what) => !reported.has(what));
}
