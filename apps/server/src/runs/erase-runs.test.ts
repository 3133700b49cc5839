import { expect, it } from 'vitest';

import { inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { eraseRuns } from './erase-runs.ts';

const NOON = new Date('2026-11-24T12:00:00Z');
const LATER = new Date('2026-11-24T13:00:00Z');

it('ends the runs of one profile and erases what their requests said; the ledger stays', async () => {
  await using database = await testDatabase();
  const { db } = database;
  const workspaceId = await testWorkspace(db);
  const [ada, grace] = [newId(), newId()];
  const insert = async (profileId: string, state: string): Promise<void> => {
    const [runId, stepId] = [newId(), newId()];
    const key = { workspace_id: workspaceId, profile_id: profileId };
    const workflowId = newId();
    await db
      .insertInto('run')
      .values({
        ...key,
        id: runId,
        workflow_id: workflowId,
        version: 1,
        state,
        event_id: newId(),
        event_received_at: NOON,
        trigger_node_id: 'start',
        deadline_at: new Date('2100-01-01T00:00:00Z'),
        started_at: NOON,
      })
      .execute();
    await db
      .insertInto('attempt')
      .values({
        ...key,
        run_id: runId,
        step_id: stepId,
        number: 1,
        method: 'POST',
        url: 'https://example.org/?name=Lovelace',
        headers: JSON.stringify({ 'x-name': 'Lovelace' }),
        body: 'Lovelace',
        expires_at: new Date('2026-11-24T12:01:00Z'),
        sent_at: NOON,
        outcome: 'answered',
        status: 200,
        response: 'Lovelace',
        error: 'Lovelace',
      })
      .execute();
    await db
      .insertInto('issuance')
      .values({
        ...key,
        run_id: runId,
        step_id: stepId,
        workflow_id: workflowId,
        event_id: newId(),
        url: 'https://example.org/',
        recipient_email: 'ada@example.org',
        issued_at: NOON,
      })
      .execute();
  };
  await insert(ada, 'running');
  await insert(ada, 'finished');
  await insert(grace, 'running');
  await inTransaction(db, async (tx) => await eraseRuns(tx, LATER, { workspaceId, profileId: ada }));
  const runs = await db.selectFrom('run').select(['profile_id', 'state', 'reason', 'ended_at']).execute();
  const statesOf = (id: string) =>
    runs
      .filter(({ profile_id: owner }) => owner === id)
      .map(({ state }) => state)
      .toSorted();
  expect(statesOf(ada)).toEqual(['cancelled', 'finished']);
  expect(runs).toContainEqual({
    profile_id: ada,
    state: 'cancelled',
    reason: 'its profile was deleted',
    ended_at: LATER,
  });
  expect(statesOf(grace)).toEqual(['running']);
  const attempts = await db.selectFrom('attempt').selectAll().execute();
  const saying = attempts.filter((attempt) => JSON.stringify(attempt).includes('Lovelace'));
  expect(saying.map(({ profile_id: id }) => id)).toEqual([grace]);
  expect(attempts.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await db.selectFrom('issuance').select('recipient_email').execute()).toHaveLength(3);
});
