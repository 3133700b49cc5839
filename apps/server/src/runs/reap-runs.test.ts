import { sql } from 'kysely';
import { describe, expect, it, vi } from 'vitest';

import { createLog } from '../platform/log.ts';
import { findLost } from './find-lost.ts';
import type { WalkPlace } from './find-lost.ts';
import { Reaper } from './reap-runs.ts';
import { END, runSystem, START } from './testing/run-system.ts';

type System = Awaited<ReturnType<typeof runSystem>>;

const NOTHING = { job: 0, deadline: 0, run: 0, event_wait: 0, parked_step: 0 };
const DELAY = {
  id: 'n1',
  type: 'delay',
  settings: { mode: 'duration', duration: { amount: 1, unit: 'days' } },
  outputs: { next: 'end' },
};
const FILTER = {
  id: 'n1',
  type: 'event-filter',
  settings: { event: 'test.awaited', timeLimit: { amount: 1, unit: 'days' } },
  outputs: { matched: 'end', 'not-matched': 'end' },
};

/** Runs that wait at the node `n1`, since an hour ago. */
async function waitingRuns(system: System, node: typeof DELAY | typeof FILTER, count = 1): Promise<string> {
  const workflowId = await system.save([START, node, END], { settings: { trackPaths: false } });
  const people = Array.from({ length: count }, (_, index) => `p${index}@example.org`);
  await Promise.all(people.map(async (email) => await system.send('test.started', {}, email)));
  await vi.waitFor(
    async () => {
      const waiting = (await system.steps()).filter(({ state }) => state === 'waiting');
      expect(waiting).toHaveLength(count);
    },
    { timeout: 20_000 },
  );
  await sql`update run_step set entered_at = entered_at - interval '1 h'`.execute(system.db);
  await sql`update run set started_at = started_at - interval '1 h'`.execute(system.db);
  return workflowId;
}

async function jobs(system: System) {
  const { rows } = await sql<{ id: string; step: string; start_after: Date }>`
    select id, data->>'stepId' as step, start_after from jobs.job
    where name = 'steps' and state in ('created', 'retry', 'active')`.execute(system.db);
  return rows;
}

/** What every row says, with the transaction that wrote it. */
async function everything(system: System) {
  const { rows } = await sql<{ digest: string }>`
    select md5(string_agg(t, ',' order by t)) as digest from (
      select 'run' || xmin || r::text as t from run r
      union all select 'step' || xmin || s::text from run_step s
      union all select 'wait' || xmin || w::text from event_wait w
      union all select 'job' || id || state || start_after from jobs.job) t`.execute(system.db);
  return rows[0]?.digest;
}

const waitingStep = async (system: System) => {
  const found = (await system.steps()).find(({ state }) => state === 'waiting');
  if (found === undefined) throw new Error('no step waits');
  return found;
};

describe('the reaper', () => {
  it('gives a step whose job is gone another one, for the time at which it is due', async () => {
    await using system = await runSystem();
    const workflowId = await waitingRuns(system, DELAY);
    const step = await waitingStep(system);
    await sql`delete from jobs.job where id = ${step.job_id}`.execute(system.db);
    const reaper = new Reaper(system);
    expect(await reaper.sweep()).toEqual({ ...NOTHING, job: 1 });
    expect(await reaper.sweep()).toEqual(NOTHING);
    const [job] = await jobs(system);
    expect(job).toMatchObject({ step: step.id, start_after: step.due_at });
    expect(job?.id).not.toBe(step.job_id);
    expect(await waitingStep(system)).toEqual({ ...step, job_id: job?.id });
    expect((await reaper.metrics[0].get()).values).toContainEqual({ labels: { what: 'job' }, value: 1 });

    // When it is due, the run goes on as if nothing had happened.
    await sql`update run_step set due_at = now() where id = ${step.id}`.execute(system.db);
    await sql`delete from jobs.job where id = ${job?.id}`.execute(system.db);
    expect(await reaper.sweep()).toEqual({ ...NOTHING, job: 1 });
    expect(await system.ended()).toMatchObject([{ state: 'finished' }]);
    expect(await system.counters(workflowId)).toEqual({
      start: '1/1/1/0/0',
      n1: '1/1/1/0/0',
      end: '1/1/1/0/0',
    });
  });

  it('gives a step that is due at once a job that is due at once', async () => {
    await using system = await runSystem();
    await waitingRuns(system, DELAY);
    await sql`delete from jobs.job`.execute(system.db);
    await sql`update run_step set state = 'queued', due_at = null where state = 'waiting'`.execute(system.db);
    expect(await new Reaper(system).sweep()).toEqual({ ...NOTHING, job: 1 });
    expect(await system.ended()).toMatchObject([{ state: 'finished' }]);
  });

  it('gives a step that lost its job and the row that it was parked by both back', async () => {
    await using system = await runSystem();
    await waitingRuns(system, FILTER);
    const step = await waitingStep(system);
    await sql`delete from jobs.job where id = ${step.job_id}`.execute(system.db);
    await sql`update run_step set state = 'paused', job_id = null where id = ${step.id}`.execute(system.db);
    expect(await new Reaper(system).sweep()).toEqual({ ...NOTHING, job: 1 });
    expect(await jobs(system)).toMatchObject([{ step: step.id, start_after: step.due_at }]);
    expect(await waitingStep(system)).toMatchObject({ id: step.id, state: 'waiting', reason: null });
  });

  it('takes up a step whose job comes only after the deadline of its run, which ends it', async () => {
    await using system = await runSystem();
    const workflowId = await waitingRuns(system, DELAY);
    await sql`update run set deadline_at = now() - interval '30 s'`.execute(system.db);
    const reaper = new Reaper(system);
    expect(await reaper.sweep()).toEqual(NOTHING);
    await sql`update run set deadline_at = now() - interval '90 s'`.execute(system.db);
    expect(await reaper.sweep()).toEqual({ ...NOTHING, deadline: 1 });
    expect(await system.ended()).toMatchObject([
      { state: 'failed', reason: 'the path lasted longer than its cap' },
    ]);
    expect(await system.counters(workflowId)).toEqual({ start: '1/1/1/0/0', n1: '1/0/0/1/0' });
    expect(await reaper.sweep()).toEqual(NOTHING);
  });

  it('leaves the follow-up of a request to its time, whatever the deadline', async () => {
    await using system = await runSystem();
    await waitingRuns(system, DELAY);
    await sql`update run set deadline_at = now() - interval '90 s'`.execute(system.db);
    await sql`update run_step set state = 'checking' where state = 'waiting'`.execute(system.db);
    expect(await new Reaper(system).sweep()).toEqual(NOTHING);
  });

  it('ends a run that is at no step, says which, and counts it nowhere', async () => {
    await using system = await runSystem();
    const workflowId = await waitingRuns(system, DELAY);
    const before = await system.counters(workflowId);
    const step = await waitingStep(system);
    await sql`delete from run_step where id = ${step.id}`.execute(system.db);
    const lines: string[] = [];
    const log = createLog('error', { write: (line: string) => void lines.push(line) });
    const reaper = new Reaper({ ...system, platform: { ...system.platform, log } });
    expect(await reaper.sweep()).toEqual({ ...NOTHING, run: 1 });
    expect(await system.runs()).toMatchObject([
      { state: 'failed', reason: 'lost its step', fingerprint: 'lost its step', ended_at: expect.any(Date) },
    ]);
    expect(await system.counters(workflowId)).toEqual(before);
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      expect.objectContaining({
        level: 'error',
        workspaceId: system.workspaceId,
        workflowId,
        profileId: step.profile_id,
        runId: step.run_id,
      }),
    ]);
    expect(await reaper.sweep()).toEqual(NOTHING);
  });

  it('deletes what is said of steps that were left, and nothing of those that are open', async () => {
    await using system = await runSystem();
    const workflowId = await waitingRuns(system, FILTER, 3);
    const [left, over, open] = (await system.steps()).filter(({ state }) => state === 'waiting');
    await sql`update run_step set state = 'succeeded', left_at = now() where id = ${left!.id}`.execute(
      system.db,
    );
    await sql`update run set state = 'finished' where id = any(${[left!.run_id, over!.run_id]})`.execute(
      system.db,
    );
    for (const { profile_id: profileId, run_id: runId, id } of [left!, over!, open!]) {
      await sql`
        insert into parked_step (workspace_id, workflow_id, profile_id, run_id, step_id)
        values (${system.workspaceId}, ${workflowId}, ${profileId}, ${runId}, ${id})`.execute(system.db);
    }
    const reaper = new Reaper(system);
    expect(await reaper.sweep()).toEqual({ ...NOTHING, event_wait: 2, parked_step: 2 });
    expect(await reaper.sweep()).toEqual(NOTHING);
    for (const table of ['event_wait', 'parked_step'] as const) {
      const rows = await system.db.selectFrom(table).select('step_id').execute();
      expect(rows).toEqual([{ step_id: open!.id }]);
    }
  });

  it('leaves a parked step to its workflow', async () => {
    await using system = await runSystem();
    const workflowId = await waitingRuns(system, DELAY);
    const step = await waitingStep(system);
    await sql`delete from jobs.job where id = ${step.job_id}`.execute(system.db);
    await sql`update run_step set state = 'paused', job_id = null where id = ${step.id}`.execute(system.db);
    await sql`
      insert into parked_step (workspace_id, workflow_id, profile_id, run_id, step_id)
      values (${system.workspaceId}, ${workflowId}, ${step.profile_id}, ${step.run_id}, ${step.id})`.execute(
      system.db,
    );
    expect(await new Reaper(system).sweep()).toEqual(NOTHING);
    expect(await jobs(system)).toEqual([]);
  });

  it('touches nothing of a thousand runs that wait', async () => {
    await using system = await runSystem();
    await waitingRuns(system, FILTER, 1_000);
    const before = await everything(system);
    const reaper = new Reaper(system);
    expect(await reaper.sweep()).toEqual(NOTHING);
    expect(await reaper.sweepAll()).toEqual(NOTHING);
    expect(await everything(system)).toBe(before);
  }, 60_000);

  it('touches nothing of runs that are on their way, even where no step is too young', async () => {
    await using system = await runSystem();
    const notes = ['n1', 'n2', 'n3', 'n4'].map((id, index) => ({
      id,
      type: 'generate-event',
      settings: { event: { name: `noted.${id}` }, params: '{}' },
      outputs: { next: `n${index + 2}` },
    }));
    const workflowId = await system.save([START, ...notes, { ...END, id: 'n5' }]);
    const later = { now: () => new Date(Date.now() + 10 * 60_000) };
    const reaper = new Reaper({ ...system, platform: { ...system.platform, clock: later } });
    const people = Array.from({ length: 400 }, (_, index) => `p${index}@example.org`);
    const sent = Promise.all(people.map(async (email) => await system.send('test.started', {}, email)));
    let sweeps = 0;
    let ended = 0;
    while (ended < people.length) {
      expect(await reaper.sweepAll()).toEqual(NOTHING);
      sweeps++;
      ended = (await system.runs()).filter(({ state }) => state === 'finished').length;
    }
    await sent;
    expect(sweeps).toBeGreaterThan(5);
    const all = '400/400/400/0/0';
    expect(await system.counters(workflowId)).toEqual({
      start: all,
      n1: all,
      n2: all,
      n3: all,
      n4: all,
      n5: all,
    });
  });

  it('mends each thing once where two sweep at the same time', async () => {
    await using system = await runSystem();
    await waitingRuns(system, DELAY, 300);
    await sql`delete from jobs.job where data->>'stepId' is not null`.execute(system.db);
    await sql`
      delete from run_step where id in (select id from run_step where state = 'waiting' order by id limit 50)`.execute(
      system.db,
    );
    const both = await Promise.all([new Reaper(system).sweepAll(), new Reaper(system).sweepAll()]);
    expect(both[0].job + both[1].job).toBe(250);
    expect(both[0].run + both[1].run).toBe(50);
    const made = await jobs(system);
    expect(made).toHaveLength(250);
    const open = (await system.steps()).filter(({ state }) => state === 'waiting');
    expect(new Set(open.map(({ job_id: jobId }) => jobId))).toEqual(new Set(made.map(({ id }) => id)));
  });

  it('walks over every running run, also over many of one deadline', async () => {
    await using system = await runSystem();
    await waitingRuns(system, DELAY, 25);
    await sql`delete from jobs.job`.execute(system.db);
    await sql`
      update run set deadline_at = case when id < (select id from run order by id offset 5 limit 1)
        then 'infinity' else '2099-11-24T12:00:00.123456Z'::timestamptz end`.execute(system.db);
    const found: string[] = [];
    let place: WalkPlace | undefined;
    do {
      const page = await findLost(system.db, new Date(), place, 4);
      found.push(...page.steps.map(({ runId }) => runId));
      place = page.next;
    } while (place !== undefined);
    expect(found).toHaveLength(25);
    expect(new Set(found).size).toBe(25);
  });

  it('sweeps by itself from its start to its stop', async () => {
    await using system = await runSystem();
    await waitingRuns(system, DELAY);
    await sql`delete from jobs.job`.execute(system.db);
    const reaper = new Reaper(system);
    reaper.start();
    await vi.waitFor(async () => expect(await jobs(system)).toHaveLength(1));
    await reaper.stop();
  });
});
