import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { sql } from 'kysely';
import { expect, it } from 'vitest';

import type { Database } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import { startJobEngine } from '../platform/jobs/pg-boss-queue.ts';
import { createLog } from '../platform/log.ts';
import { STEP_QUEUE } from '../runs/index.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { doctorCommand } from './doctor.ts';

async function doctor(connectionString: string, options: { mend?: boolean } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'laurel-doctor-'));
  const [lines, errors]: [string[], string[]] = [[], []];
  const same = (text: string): string => text;
  const good = await doctorCommand(
    {
      line: (text = '') => void lines.push(text),
      error: (text) => void errors.push(text),
      strong: same,
      dim: same,
      good: same,
      bad: same,
    },
    { DATABASE_URL: connectionString, LAUREL_DATA_DIR: folder, PORT: '0' },
    options,
  );
  rmSync(folder, { recursive: true });
  return { good, lines, errors };
}

/** A database on which a server was started before. */
async function usedDatabase() {
  const database = await testDatabase();
  const engine = await startJobEngine(database.connectionString, createLog('fatal'), { supervise: false });
  await engine.queue(STEP_QUEUE);
  await engine.stop();
  return database;
}

/** A run that waits at a Delay since an hour, with its job, where the test does not say otherwise. */
async function waitingRun(
  db: Database,
  workspaceId: string,
  more: { step?: false; job?: 'none' | 'due'; deadline?: 'past'; state?: string } = {},
) {
  const ids = { workspaceId, profileId: newId(), workflowId: newId(), runId: newId(), stepId: newId() };
  const jobId = newId();
  await sql`
    insert into run (workspace_id, profile_id, id, workflow_id, version, trigger_node_id, state, started_at, deadline_at)
    values (${workspaceId}, ${ids.profileId}, ${ids.runId}, ${ids.workflowId}, 1, 'start', 'running',
      now() - interval '1 h', now() + ${more.deadline === 'past' ? '-10 min' : '1 day'}::interval)`.execute(
    db,
  );
  if (more.step === false) return ids;
  await sql`
    insert into run_step (workspace_id, profile_id, run_id, id, node_id, node_type, state, entered_at, due_at, job_id)
    values (${workspaceId}, ${ids.profileId}, ${ids.runId}, ${ids.stepId}, 'wait', 'delay', ${more.state ?? 'waiting'},
      now() - interval '1 h', now() + interval '1 day', ${jobId})`.execute(db);
  if (more.job !== 'none') {
    await sql`
      insert into jobs.job (id, name, data, policy, start_after) values (${jobId}, 'steps', '{}', 'standard',
        now() + ${more.job === 'due' ? '-5 min' : '1 day'}::interval)`.execute(db);
  }
  return ids;
}

it('says that all is well where it is', async () => {
  await using database = await usedDatabase();
  const workspaceId = await testWorkspace(database.db);
  await waitingRun(database.db, workspaceId);
  await waitingRun(database.db, workspaceId);
  const { good, lines } = await doctor(database.connectionString);
  expect(lines.filter((line) => line.startsWith('fault'))).toEqual([]);
  expect(good).toBe(true);
  expect(lines.slice(-10)).toEqual([
    expect.stringMatching(/^ok {4}the database is up to date: schema \d{4}-[a-z-]+\.sql$/),
    'ok    runs: 2 running',
    'ok    open steps: 2 waiting',
    'ok    no step waits for a worker',
    'ok    every open step has a job that takes it up',
    'ok    no run waits beyond its deadline',
    'ok    every running run is at a step',
    'ok    nothing is left over from steps that were left',
    'ok    no request is without an outcome after its time',
    'ok    every parked step waits for a workflow that is paused',
  ]);
});

it('finds each thing that is stuck with what to do, changes nothing, and mends what can be mended', async () => {
  await using database = await usedDatabase();
  const { db } = database;
  const workspaceId = await testWorkspace(db);
  const lost = await waitingRun(db, workspaceId, { job: 'none' });
  await waitingRun(db, workspaceId, { deadline: 'past' });
  const nowhere = await waitingRun(db, workspaceId, { step: false });
  const silent = await waitingRun(db, workspaceId, { job: 'due', state: 'checking' });
  await sql`
    insert into attempt (workspace_id, profile_id, run_id, step_id, number, method, url, headers, sent_at, expires_at)
    values (${workspaceId}, ${silent.profileId}, ${silent.runId}, ${silent.stepId}, 1, 'POST', '', '{}', now(),
      now() - interval '5 min')`.execute(db);
  const parked = await waitingRun(db, workspaceId);
  await sql`
    insert into parked_step (workspace_id, workflow_id, profile_id, run_id, step_id) values
      (${workspaceId}, ${parked.workflowId}, ${parked.profileId}, ${parked.runId}, ${parked.stepId}),
      (${workspaceId}, ${newId()}, ${newId()}, ${newId()}, ${newId()})`.execute(db);

  const faults = [
    expect.stringMatching(
      /^fault steps that wait for a worker: 1, the first of them for 5 min\. Start a process with the role worker/,
    ),
    expect.stringMatching(/^fault open steps that no job will take up: 1\. .*`laurel doctor --mend` at once/),
    expect.stringMatching(/^fault steps that wait beyond the deadline of their run: 1\. .*--mend/),
    expect.stringMatching(/^fault running runs that are at no step: 1\. .*--mend.*end as failed/),
    expect.stringMatching(/^fault awaited events and parked steps of steps that were left: 1\. .*--mend/),
    expect.stringMatching(/^fault requests without an outcome after their time, .*: 1\. Start a process/),
    expect.stringMatching(/^fault parked steps of workflows that are not paused: 1\. Pause/),
  ];
  for (let time = 0; time < 2; time++) {
    const found = await doctor(database.connectionString);
    expect(found.good).toBe(false);
    expect(found.lines.filter((line) => line.startsWith('fault'))).toEqual(faults);
    expect(found.lines).toContain('ok    runs: 5 running');
    expect(found.lines).toContain('ok    open steps: 3 waiting, 1 checking');
  }

  const mended = await doctor(database.connectionString, { mend: true });
  expect(mended.good).toBe(true);
  expect(mended.lines).toEqual([
    'ok    open steps that got a job again: 1',
    'ok    steps of runs past their deadline that are taken up now: 1',
    'ok    runs that were at no step, ended as failed: 1',
    'ok    parked steps that were left, deleted: 1',
  ]);
  expect(mended.errors.map((line): unknown => JSON.parse(line))).toEqual(
    expect.arrayContaining([
      expect.objectContaining(lost),
      expect.objectContaining({ runId: nowhere.runId }),
    ]),
  );
  expect(mended.errors).toHaveLength(4);
  const again = await doctor(database.connectionString, { mend: true });
  expect(again.lines).toEqual(['ok    nothing was to be mended']);
  const after = await doctor(database.connectionString);
  expect(after.lines.filter((line) => line.startsWith('fault'))).toHaveLength(3);
  expect(after.lines).toContain('ok    runs: 4 running, 1 failed');
});

it('says what to do where the database is not of this version', async () => {
  await using database = await testDatabase();
  await sql`drop schema jobs cascade`.execute(database.db);
  const { good, lines } = await doctor(database.connectionString);
  expect(good).toBe(true);
  expect(lines.at(-1)).toContain('the database is up to date');
  await sql`delete from migration where number > 2`.execute(database.db);
  const { good: mended, errors } = await doctor(database.connectionString, { mend: true });
  expect(mended).toBe(false);
  expect(errors.at(-1)).toMatch(/migrations are applied at the next start\. Run `laurel migrate` first/);
});
