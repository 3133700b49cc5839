import { setTimeout as delay } from 'node:timers/promises';

import { sql } from 'kysely';
import { describe, expect, it, vi } from 'vitest';

import { newId } from '../platform/ids.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { cancelRun } from './cancel-run.ts';
import { receiver } from './testing/integration-system.ts';
import { END, runSystem, START } from './testing/run-system.ts';

type System = Awaited<ReturnType<typeof runSystem>>;

const LASTING = { ...END, settings: { stopOthers: false } };
const HOURS = { mode: 'duration', duration: { amount: 2, unit: 'hours' } };
const pause = (id: string, settings: object = HOURS) => ({
  id,
  type: 'delay',
  settings,
  outputs: { next: 'end' },
});
const filter = (id: string) => ({
  id,
  type: 'event-filter',
  settings: { event: 'go.on', timeLimit: { amount: 1, unit: 'hours' } },
  outputs: { matched: 'end', 'not-matched': 'end' },
});
const request = (system: System, url: string, next = 'end', retry: object = { scheduleSeconds: [] }) => ({
  id: 'n1',
  type: 'outgoing-integration',
  settings: {
    connection: system.connectionId,
    webhookName: 'Issuer',
    webhookEvent: { name: 'issuer.answered' },
    url,
    body: '{}',
    retry,
  },
  outputs: { next },
});

async function cancel(system: System, runId: string, workspaceId = system.workspaceId) {
  return await cancelRun(system.platform, system.tools, { workspaceId, runId, reason: 'no longer wanted' });
}

/** What is in the queue, whether it is due or not. */
async function jobs(system: System): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from jobs.job where name = 'steps'`.execute(system.db);
  return rows[0]?.count ?? -1;
}

/** Nothing is open or waits once all runs have ended, and counters say what the steps say. */
async function expectConsistency(system: System, workflowId: string): Promise<void> {
  const steps = await system.steps();
  expect(steps.filter(({ left_at: leftAt }) => leftAt === null)).toEqual([]);
  expect(await system.db.selectFrom('event_wait').selectAll().execute()).toEqual([]);
  const counters = await system.counters(workflowId);
  for (const [node, ofNode] of Map.groupBy(steps, ({ node_id: id }) => id)) {
    const of = (state: string) => ofNode.filter((step) => step.state === state).length;
    expect(`${node} ${counters[node]}`).toBe(
      `${node} ${[ofNode.length, of('succeeded') + of('failed'), of('succeeded'), of('failed'), of('skipped')].join('/')}`,
    );
  }
}

describe('cancelling a run', () => {
  it.each([
    ['a delay', pause('n1')],
    ['an Event Filter', filter('n1')],
  ])('at %s ends it at once, and leaves nothing behind', async (_name, node) => {
    await using system = await runSystem();
    const id = await system.save([START, node, END]);
    await system.send();
    const [run] = await system.runs();
    expect(await cancel(system, run!.id)).toEqual({ kind: 'cancelled' });
    const [ended] = await system.runs();
    expect(ended).toMatchObject({
      state: 'cancelled',
      reason: 'no longer wanted',
      ended_at: expect.any(Date),
    });
    expect((await system.steps())[1]).toMatchObject({
      state: 'skipped',
      reason: 'no longer wanted',
      due_at: null,
      job_id: null,
    });
    expect(await jobs(system)).toBe(0);
    expect(await system.counters(id)).toMatchObject({ n1: '1/0/0/0/1' });
    await expectConsistency(system, id);
    expect(await system.events('automation.clientEndPath')).toMatchObject([
      { runId: run!.id, result: 'cancelled', reason: 'no longer wanted' },
    ]);
    await system.send('go.on');
    expect(await system.runs()).toEqual([ended]);
  });

  it('tells of one that is over, of none, and of none of this workspace', async () => {
    await using system = await runSystem();
    await system.save([START, pause('n1'), END]);
    await system.send();
    const [run] = await system.runs();
    expect(await cancel(system, newId())).toEqual({ kind: 'missing' });
    expect(await cancel(system, run!.id, await testWorkspace(system.db))).toEqual({ kind: 'missing' });
    expect(await system.runs()).toEqual([run]);
    await cancel(system, run!.id);
    expect(await cancel(system, run!.id)).toEqual({ kind: 'ended', state: 'cancelled' });
  });

  it('between two tries of a request ends it at once', async () => {
    await using target = await receiver((_request, _body, response) => response.writeHead(503).end());
    await using system = await runSystem();
    const id = await system.save([
      START,
      request(system, target.origin, 'end', { scheduleSeconds: [3_600] }),
      END,
    ]);
    await system.send();
    await vi.waitFor(async () => expect((await system.steps())[1]).toMatchObject({ state: 'retrying' }));
    const [run] = await system.runs();
    expect(await cancel(system, run!.id)).toEqual({ kind: 'cancelled' });
    expect(await jobs(system)).toBe(0);
    await expectConsistency(system, id);
    expect(target.requests).toHaveLength(1);
  });

  it('of a paused workflow ends it at once', async () => {
    await using system = await runSystem();
    const id = await system.save([
      START,
      pause('n1', { ...HOURS, duration: { amount: 0.2, unit: 'seconds' } }),
      END,
    ]);
    await system.send();
    await system.db.updateTable('workflow').set({ status: 'paused' }).execute();
    await vi.waitFor(async () => expect((await system.steps())[1]).toMatchObject({ state: 'paused' }), 5_000);
    const [run] = await system.runs();
    expect(await cancel(system, run!.id)).toEqual({ kind: 'cancelled' });
    expect(await system.db.selectFrom('parked_step').selectAll().execute()).toEqual([]);
    await expectConsistency(system, id);
  });

  it('lets a request that is under way finish, and the run go no further', async () => {
    const gate = Promise.withResolvers<void>();
    await using target = await receiver(
      (_request, _body, response) => void gate.promise.then(() => response.end('{"ok":1}')),
    );
    await using system = await runSystem();
    const id = await system.save([START, request(system, target.origin, 'n2'), pause('n2'), END]);
    await system.send();
    await vi.waitFor(() => expect(target.requests).toHaveLength(1));
    const [run] = await system.runs();
    expect(await cancel(system, run!.id)).toEqual({ kind: 'stopping' });
    expect(await cancel(system, run!.id)).toEqual({ kind: 'stopping' });
    expect(await system.runs()).toMatchObject([{ state: 'running', stop_reason: 'no longer wanted' }]);
    gate.resolve();
    expect(await system.ended()).toMatchObject([{ state: 'cancelled', reason: 'no longer wanted' }]);
    expect(await system.steps()).toMatchObject([
      { node_id: 'start' },
      { node_id: 'n1', state: 'succeeded' },
      { node_id: 'n2', state: 'skipped' },
    ]);
    expect(await system.events('issuer.answered')).toMatchObject([{ status: 200 }]);
    await expectConsistency(system, id);
  });

  it.each(['active', 'paused'])('does not send again what has failed under way (%s)', async (status) => {
    const gate = Promise.withResolvers<void>();
    await using target = await receiver(
      (_request, _body, response) => void gate.promise.then(() => response.writeHead(503).end()),
    );
    await using system = await runSystem();
    const schedule = { scheduleSeconds: [3_600] };
    const id = await system.save([START, request(system, target.origin, 'end', schedule), END]);
    await system.send();
    await vi.waitFor(() => expect(target.requests).toHaveLength(1));
    const [run] = await system.runs();
    await system.db.updateTable('workflow').set({ status }).execute();
    expect(await cancel(system, run!.id)).toEqual({ kind: 'stopping' });
    gate.resolve();
    expect(await system.ended()).toMatchObject([{ state: 'cancelled' }]);
    expect(target.requests).toHaveLength(1);
    expect(await system.db.selectFrom('attempt').select('outcome').execute()).toEqual([
      { outcome: 'answered' },
    ]);
    await expectConsistency(system, id);
  });

  it('finds out first what became of a request without an answer, and does not send it again', async () => {
    let lookUps = 0;
    await using target = await receiver((incoming, _body, response) => {
      if (incoming.method === 'POST' && !(incoming.url ?? '').includes('search')) return;
      lookUps++;
      response.setHeader('content-type', 'application/json');
      response.end('{"credentials":[]}');
    });
    await using system = await runSystem();
    const node = request(system, `${target.origin}/v1/credentials`);
    const body = '{"credential":{"recipient":{"name":"Ada","email":"ada@example.org"},"group_id":7}}';
    const id = await system.save([
      START,
      { ...node, settings: { ...node.settings, body, timeoutSeconds: 1 } },
      END,
    ]);
    await system.send();
    await vi.waitFor(
      async () => expect((await system.steps())[1]).toMatchObject({ state: 'checking' }),
      5_000,
    );
    const [run] = await system.runs();
    expect(await cancel(system, run!.id)).toEqual({ kind: 'stopping' });
    expect(await system.ended()).toMatchObject([{ state: 'cancelled' }]);
    expect(lookUps).toBeGreaterThan(0);
    expect(target.requests.filter(({ url }) => url === '/v1/credentials')).toHaveLength(1);
    await expectConsistency(system, id);
  }, 40_000);
});

describe('cancelling a run while it moves', () => {
  it('never disagrees with the event that it waits for, in 60 races', async () => {
    await using system = await runSystem();
    const id = await system.save([START, filter('n1'), LASTING]);
    const races = Array.from({ length: 60 }, (_, index) => `person${index}@example.org`);
    for (const email of races) await system.send('test.started', {}, email);
    const runs = await system.runs();
    const outcomes = await Promise.all(
      runs.map(async ({ id: runId }, index) => {
        const [outcome] = await Promise.all([cancel(system, runId), system.send('go.on', {}, races[index])]);
        return [runId, outcome.kind === 'cancelled' ? 'cancelled' : 'finished'];
      }),
    );
    await system.ended(60);
    expect((await system.runs()).map(({ id: runId, state }) => [runId, state])).toEqual(outcomes);
    await expectConsistency(system, id);
  }, 60_000);

  it('never disagrees with the end of its delay, in 60 races', async () => {
    await using system = await runSystem();
    const soon = { mode: 'duration', duration: { amount: 1, unit: 'seconds' } };
    const id = await system.save([START, pause('n1', soon), LASTING]);
    for (let index = 0; index < 60; index++) await system.send('test.started', {}, `p${index}@example.org`);
    const outcomes = await Promise.all(
      (await system.runs()).map(async ({ id: runId, started_at: startedAt }, index) => {
        await delay(Math.max(0, startedAt.getTime() + 1_000 + index * 10 - Date.now()));
        const outcome = await cancel(system, runId);
        return { runId, outcome: outcome.kind };
      }),
    );
    await system.ended(60);
    const states = new Map((await system.runs()).map(({ id: runId, state }) => [runId, state]));
    for (const { runId, outcome } of outcomes) {
      expect(states.get(runId)).toBe(outcome === 'cancelled' ? 'cancelled' : 'finished');
    }
    await expectConsistency(system, id);
  }, 60_000);

  it('leaves no request without its outcome, in 120 races', async () => {
    await using target = await receiver((_request, _body, response) => {
      setTimeout(() => response.end('{"ok":1}'), 5);
    });
    await using system = await runSystem();
    const id = await system.save([START, request(system, target.origin, 'n2'), pause('n2'), LASTING]);
    await Promise.all(
      Array.from({ length: 120 }, async (_, index) => {
        const email = `p${index}@example.org`;
        await system.send('test.started', {}, email);
        const { id: runId } = await system.db
          .selectFrom('run as r')
          .innerJoin('profile as p', 'p.id', 'r.profile_id')
          .select('r.id')
          .where('p.email', '=', email)
          .executeTakeFirstOrThrow();
        await delay(index % 12);
        const outcome = await cancel(system, runId);
        expect(['cancelled', 'stopping']).toContain(outcome.kind);
      }),
    );
    const ended = await system.ended(120);
    expect(new Set(ended.map(({ state }) => state))).toEqual(new Set(['cancelled']));
    const attempts = await system.db.selectFrom('attempt').select('outcome').execute();
    expect(attempts).toHaveLength(target.requests.length);
    expect(attempts.every(({ outcome }) => outcome === 'answered')).toBe(true);
    await expectConsistency(system, id);
  }, 60_000);
});
