import { describe, expect, it, vi } from 'vitest';

import { inTransaction } from '../platform/db/transaction.ts';
import { changeStatus } from '../workflows/index.ts';
import type { LifecycleAction } from '../workflows/index.ts';
import { applyLifecycle, applyLifecycles } from './apply-lifecycle.ts';
import { integrationSystem, receiver } from './testing/integration-system.ts';
import { END, runSystem, START } from './testing/run-system.ts';

type System = Awaited<ReturnType<typeof runSystem>>;
type Action = Exclude<LifecycleAction, 'publish'>;

const SOON = { amount: 0.3, unit: 'seconds' };
const LONG = { amount: 1, unit: 'hours' };
const delay = (id: string, next: string, duration: object = SOON) => ({
  id,
  type: 'delay',
  settings: { mode: 'duration', duration },
  outputs: { next },
});
const filter = (timeLimit: object = LONG) => ({
  id: 'n1',
  type: 'event-filter',
  settings: { event: 'course.done', timeLimit },
  outputs: { matched: 'yes', 'not-matched': 'no' },
});
const note = (id: string) => ({
  id,
  type: 'generate-event',
  settings: { event: { name: `noted.${id}` }, params: '{"was":"{{ event.action }}"}' },
  outputs: { next: 'end' },
});

async function change(system: Pick<System, 'platform' | 'workspaceId'>, workflowId: string, action: Action) {
  const { platform, workspaceId } = system;
  const key = { workspaceId, workflowId };
  const outcome = await inTransaction(
    platform.db,
    async (tx) => await changeStatus(tx, new Date(), key, action),
  );
  expect(outcome.kind).toBe('changed');
  return key;
}

/** Waits until so many steps are parked. */
async function parked(system: System, count: number) {
  await vi.waitFor(
    async () => {
      const rows = await system.db.selectFrom('parked_step').select('step_id').execute();
      expect(rows).toHaveLength(count);
    },
    { timeout: 20_000, interval: 20 },
  );
}

describe('a workflow that is paused', () => {
  it('starts no run, and none for what came meanwhile when it goes on', async () => {
    await using system = await runSystem();
    const id = await system.save([START, note('n1'), END]);
    await change(system, id, 'pause');
    await system.send();
    await change(system, id, 'resume');
    expect(await system.runs()).toEqual([]);
    await system.send();
    expect(await system.ended()).toHaveLength(1);
  });

  it('holds its runs where they are until it goes on', async () => {
    await using system = await runSystem();
    const id = await system.save([START, delay('n1', 'n2'), delay('n2', 'end'), END]);
    await system.send();
    const key = await change(system, id, 'pause');
    await parked(system, 1);
    expect((await system.steps()).at(-1)).toMatchObject({
      node_id: 'n1',
      state: 'paused',
      reason: 'the workflow is paused',
    });
    await applyLifecycles(system.lifecycle);
    await parked(system, 1);
    await change(system, id, 'resume');
    await applyLifecycle(system.lifecycle, key);
    expect(await system.ended()).toMatchObject([{ state: 'finished' }]);
    expect(await system.counters(id)).toMatchObject({ n1: '1/1/1/0/0', n2: '1/1/1/0/0', end: '1/1/1/0/0' });
  });

  it('takes the events that its runs wait for, and the runs stand still behind them', async () => {
    await using system = await runSystem();
    const id = await system.save([START, filter(), note('yes'), note('no'), END]);
    await system.send();
    await change(system, id, 'pause');
    await system.send('course.done');
    await parked(system, 1);
    expect((await system.steps()).at(-1)).toMatchObject({ node_id: 'yes', state: 'paused' });
    await change(system, id, 'start');
    await applyLifecycles(system.lifecycle);
    await system.ended();
    expect(await system.events('noted.yes')).toEqual([{ was: 'course.done' }]);
  });

  it('lets a wait whose time has passed end when it goes on, or an event end it before', async () => {
    await using system = await runSystem();
    const id = await system.save([START, filter(SOON), note('yes'), note('no'), END]);
    await system.send('test.started', {}, 'late@example.org');
    await system.send('test.started', {}, 'ada@example.org');
    const key = await change(system, id, 'pause');
    await parked(system, 2);
    await system.send('course.done');
    // The step that the event ended is left; the one behind it is parked beside its row.
    await parked(system, 3);
    await change(system, id, 'resume');
    await applyLifecycle(system.lifecycle, key);
    expect((await system.ended(2)).map(({ state }) => state)).toEqual(['finished', 'finished']);
    expect(await system.counters(id)).toMatchObject({ n1: '2/2/2/0/0', yes: '1/1/1/0/0', no: '1/1/1/0/0' });
  });

  it('lets a step that is parked before its time wait for it', async () => {
    await using system = await runSystem();
    const id = await system.save([START, delay('n1', 'end', LONG), END]);
    await system.send();
    const key = await change(system, id, 'pause');
    const [step] = (await system.steps()).filter(({ node_id }) => node_id === 'n1');
    const { workspace_id, profile_id, run_id } = step!;
    const data = { workspaceId: workspace_id, profileId: profile_id, runId: run_id, stepId: step!.id };
    // As another path that reaches an End has it looked at.
    await inTransaction(system.db, async (tx) => await system.queue.enqueue(tx, [{ id: run_id, data }]));
    system.worker.wake();
    await parked(system, 1);
    await change(system, id, 'resume');
    await applyLifecycle(system.lifecycle, key);
    const after = (await system.steps()).find(({ id: stepId }) => stepId === step!.id);
    expect(after).toMatchObject({ state: 'waiting', reason: null, due_at: step!.due_at, left_at: null });
    expect(await system.queue.claim(10)).toEqual([]);
  });

  it('lets every one of many runs go on once, however many schedulers there are', async () => {
    await using system = await runSystem();
    const id = await system.save([START, delay('n1', 'end'), { ...END, settings: { stopOthers: false } }]);
    const people = Array.from({ length: 1_100 }, (_, index) => `p${index}@example.org`);
    await Promise.all(people.map(async (email) => await system.send('test.started', {}, email)));
    const key = await change(system, id, 'pause');
    await vi.waitFor(
      async () => {
        const running = (await system.runs()).filter(({ state }) => state === 'running');
        const rows = await system.db.selectFrom('parked_step').select('step_id').execute();
        expect(rows).toHaveLength(running.length);
      },
      { timeout: 20_000, interval: 50 },
    );
    await change(system, id, 'resume');
    await Promise.all([1, 2, 3].map(async () => await applyLifecycle(system.lifecycle, key)));
    await applyLifecycles(system.lifecycle);
    await system.ended(1_100);
    expect(await system.counters(id)).toMatchObject({
      n1: '1100/1100/1100/0/0',
      end: '1100/1100/1100/0/0',
    });
    expect(await system.db.selectFrom('parked_step').selectAll().execute()).toEqual([]);
  });

  it('finishes a request that is under way, and sends none', async () => {
    const open: (() => void)[] = [];
    await using target = await receiver((_request, _body, response) => {
      open.push(() => response.end('{"credential":{"id":1}}'));
    });
    await using it = await integrationSystem(`${target.origin}/v1/credentials`);
    await it.send({ name: 'Ada' });
    await vi.waitFor(() => expect(open).toHaveLength(1));
    const key = await change(it, it.workflowId, 'pause');
    await it.send({ name: 'Grace' }, { email: 'grace@example.org' });
    for (const answer of open) answer();
    expect(await it.result()).toMatchObject({ status: 200 });
    await change(it, it.workflowId, 'resume');
    await applyLifecycle(it.lifecycle, key);
    const states = async () =>
      (await it.db.selectFrom('run').select('state').execute()).map(({ state }) => state);
    await vi.waitFor(async () => expect(await states()).toEqual(['finished']));
    expect(target.requests).toHaveLength(1);
  });
});
