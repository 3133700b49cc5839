import { sql } from 'kysely';
import { describe, expect, it, vi } from 'vitest';

import { inTransaction } from '../platform/db/transaction.ts';
import { changeStatus, deleteWorkflow } from '../workflows/index.ts';
import type { LifecycleAction, WorkflowKey } from '../workflows/index.ts';
import { applyLifecycle, applyLifecycles } from './apply-lifecycle.ts';
import { counts, integrationSystem, receiver } from './testing/integration-system.ts';
import { END, runSystem, START } from './testing/run-system.ts';

type System = Pick<Awaited<ReturnType<typeof runSystem>>, 'db' | 'platform' | 'workspaceId'>;
type Action = Exclude<LifecycleAction, 'publish'>;

const LONG = { amount: 1, unit: 'hours' };
const STOPPED = 'the workflow was stopped';

const keyOf = ({ workspaceId }: System, workflowId: string): WorkflowKey => ({ workspaceId, workflowId });

async function change({ db }: System, key: WorkflowKey, action: Action) {
  return await inTransaction(db, async (tx) => await changeStatus(tx, new Date(), key, action));
}

async function jobs({ db }: System): Promise<number> {
  const { rows } = await sql<{ jobs: number }>`
    select count(*) as jobs from jobs.job where name = 'steps' and state < 'completed'`.execute(db);
  return rows[0]?.jobs ?? 0;
}

describe('a workflow that is stopped', () => {
  it('ends the runs that wait, with their reason, counters, events and jobs', async () => {
    await using system = await runSystem();
    const id = await system.save([
      START,
      {
        id: 'n1',
        type: 'event-filter',
        settings: { event: 'course.done' },
        outputs: { matched: 'n2' },
      },
      {
        id: 'n2',
        type: 'delay',
        settings: { mode: 'duration', duration: LONG },
        outputs: { next: 'end' },
      },
      END,
    ]);
    const people = Array.from({ length: 1_050 }, (_, index) => `p${index}@example.org`);
    await Promise.all(people.map(async (email) => await system.send('test.started', {}, email)));
    await Promise.all(people.slice(0, 20).map(async (email) => await system.send('course.done', {}, email)));
    const key = keyOf(system, id);
    await change(system, key, 'stop');
    await system.send('test.started', {}, 'late@example.org');
    // One batch, as if the process died; then several at once.
    await applyLifecycle(system.lifecycle, key, 1);
    expect(
      await system.db.selectFrom('run').where('state', '=', 'running').select('id').execute(),
    ).toHaveLength(550);
    await Promise.all([1, 2, 3].map(async () => await applyLifecycle(system.lifecycle, key)));
    await applyLifecycles(system.lifecycle);
    const runs = await system.runs();
    expect(runs).toHaveLength(1_050);
    expect(new Set(runs.map(({ state, reason }) => `${state}: ${reason}`))).toEqual(
      new Set([`cancelled: ${STOPPED}`]),
    );
    expect(await system.counters(id)).toEqual({
      start: '1050/1050/1050/0/0',
      n1: '1050/20/20/0/1030',
      n2: '20/0/0/0/20',
    });
    expect(await system.db.selectFrom('event_wait').selectAll().execute()).toEqual([]);
    expect(await system.db.selectFrom('run_step').where('left_at', 'is', null).selectAll().execute()).toEqual(
      [],
    );
    const ends = await system.events('automation.clientEndPath');
    expect(ends).toHaveLength(1_050);
    expect(ends[0]).toMatchObject({ result: 'cancelled', reason: STOPPED });
    // The timers of the filters that were matched are found stale when they are due.
    expect(await jobs(system)).toBeLessThanOrEqual(20);
  });

  it('ends the runs that stood still', async () => {
    await using system = await runSystem();
    const id = await system.save([
      START,
      {
        id: 'n1',
        type: 'delay',
        settings: { mode: 'duration', duration: { amount: 0.1, unit: 'seconds' } },
        outputs: { next: 'end' },
      },
      END,
    ]);
    await system.send();
    const key = keyOf(system, id);
    await change(system, key, 'pause');
    const parked = async () => await system.db.selectFrom('parked_step').selectAll().execute();
    await vi.waitFor(async () => expect(await parked()).toHaveLength(1), 10_000);
    await change(system, key, 'stop');
    await applyLifecycles(system.lifecycle);
    expect(await system.runs()).toMatchObject([{ state: 'cancelled', reason: STOPPED }]);
    expect(await parked()).toEqual([]);
    expect(await system.counters(id)).toMatchObject({ n1: '1/0/0/0/1' });
  });

  it('ends the runs that come to wait after the action that they were in, with the reason that they have', async () => {
    await using system = await runSystem();
    const id = await system.save([
      START,
      {
        id: 'n1',
        type: 'delay',
        settings: { mode: 'duration', duration: LONG },
        outputs: { next: 'end' },
      },
      END,
    ]);
    await system.send();
    await system.db.updateTable('run').set({ stop_reason: 'by hand', stopped_at: new Date() }).execute();
    const key = keyOf(system, id);
    await change(system, key, 'stop');
    expect(await change(system, key, 'start')).toMatchObject({ kind: 'changed' });
    await change(system, key, 'stop');
    await applyLifecycles(system.lifecycle);
    expect(await system.runs()).toMatchObject([{ state: 'cancelled', reason: 'by hand' }]);
    expect(await jobs(system)).toBe(0);
  });

  it('starts again for new events only, and not before the runs of before are ended', async () => {
    await using system = await runSystem();
    const id = await system.save([
      START,
      {
        id: 'n1',
        type: 'delay',
        settings: { mode: 'duration', duration: LONG },
        outputs: { next: 'end' },
      },
      END,
    ]);
    const key = keyOf(system, id);
    await system.send();
    await change(system, key, 'stop');
    expect(await change(system, key, 'start')).toMatchObject({ kind: 'conflict', code: 'runs-ending' });
    const remove = async () => await inTransaction(system.db, async (tx) => await deleteWorkflow(tx, key));
    expect(await remove()).toMatchObject({ kind: 'conflict', code: 'workflow-has-runs' });
    await applyLifecycle(system.lifecycle, key);
    await system.send();
    expect(await change(system, key, 'start')).toMatchObject({ kind: 'changed' });
    await system.send();
    expect((await system.runs()).map(({ state }) => state)).toEqual(['cancelled', 'running']);
    await change(system, key, 'stop');
    await applyLifecycle(system.lifecycle, key);
    expect(await remove()).toEqual({ kind: 'deleted' });
    expect(await system.runs()).toHaveLength(2);
    await system.send();
    expect(await system.runs()).toHaveLength(2);
  });

  it('finishes a request that is under way, and goes no further', async () => {
    const open: (() => void)[] = [];
    await using target = await receiver((_request, _body, response) => {
      open.push(() => response.end('{"credential":{"id":1}}'));
    });
    await using it = await integrationSystem(`${target.origin}/v1/credentials`);
    await it.send({ name: 'Ada' });
    await vi.waitFor(() => expect(open).toHaveLength(1));
    const key = keyOf(it, it.workflowId);
    await change(it, key, 'stop');
    await applyLifecycle(it.lifecycle, key);
    const run = async () => await it.db.selectFrom('run').select(['state', 'stop_reason']).execute();
    expect(await run()).toEqual([{ state: 'running', stop_reason: STOPPED }]);
    for (const answer of open) answer();
    expect(await it.result()).toMatchObject({ status: 200, response: { credential: { id: 1 } } });
    await vi.waitFor(async () => expect((await run())[0]?.state).not.toBe('running'));
    expect(await it.totals()).toMatchObject({ send: counts(1, 1, 1, 0) });
    const [issued] = await it.db.selectFrom('issuance').select('credential_reference').execute();
    expect(issued).toEqual({ credential_reference: '1' });
  });

  it('sends nothing again, and asks what became of a request whose answer did not arrive', async () => {
    let asked = 0;
    await using target = await receiver((request, _body, response) => {
      if (request.method !== 'GET') return;
      asked++;
      // At first it cannot be asked.
      if (asked < 2) response.writeHead(503).end();
      else response.end('{"credentials":[{"id":9,"recipient":{"email":"ada@example.org"},"group_id":7}]}');
    });
    await using it = await integrationSystem(`${target.origin}/v1/credentials`, { timeoutMs: 300 });
    await it.send({ name: 'Ada' });
    const key = keyOf(it, it.workflowId);
    const checking = async () => await it.db.selectFrom('run_step').where('state', '=', 'checking').execute();
    await vi.waitFor(async () => expect(await checking()).toHaveLength(1), 10_000);
    await change(it, key, 'stop');
    await applyLifecycle(it.lifecycle, key);
    expect(await it.result()).toMatchObject({ status: 200 });
    expect(target.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(await it.totals()).toMatchObject({ send: counts(1, 1, 1, 0) });
  });

  it('cancels what waits for the next attempt', async () => {
    await using target = await receiver((_request, _body, response) => response.writeHead(503).end('{}'));
    await using it = await integrationSystem(`${target.origin}/hook`, {
      more: { retry: { scheduleSeconds: [3_600] } },
    });
    await it.send({ name: 'Ada' });
    const states = async () =>
      (await it.db.selectFrom('run_step').select('state').orderBy('id').execute()).map(({ state }) => state);
    await vi.waitFor(async () => expect(await states()).toEqual(['succeeded', 'retrying']), 10_000);
    const key = keyOf(it, it.workflowId);
    await change(it, key, 'stop');
    await applyLifecycle(it.lifecycle, key);
    expect(await states()).toEqual(['succeeded', 'skipped']);
    expect(await it.totals()).toMatchObject({ send: counts(1, 0, 0, 0, 1) });
    expect(target.requests).toHaveLength(1);
  });
});
