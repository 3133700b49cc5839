import { replaySchema } from '@laurel/contract';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';

import { newId } from '../platform/ids.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { readRun } from './read-run.ts';
import { replayRuns } from './replay-runs.ts';
import { receiver } from './testing/integration-system.ts';
import { END, runSystem, START } from './testing/run-system.ts';

type System = Awaited<ReturnType<typeof runSystem>>;

const LASTING = { ...END, settings: { stopOthers: false } };
const note = (id: string, params: string, next = 'end') => ({
  id,
  type: 'generate-event',
  settings: { event: { name: `noted.${id}` }, params },
  outputs: { next },
});

async function replay(system: System, request: object, workspaceId = system.workspaceId) {
  const outcome = await replayRuns(system.platform, system.tools, workspaceId, replaySchema.parse(request));
  return outcome.kind === 'reported' ? outcome.report : outcome;
}

const really = () => ({ dryRun: false, requestId: newId() });

async function idsOf(system: System): Promise<string[]> {
  return (await system.runs()).map(({ id }) => id);
}

describe('doing runs again', () => {
  it('starts new runs on the version that was repaired, with the events of the old ones', async () => {
    await using system = await runSystem();
    const id = await system.save([START, note('n1', '[1]'), LASTING]);
    for (const x of [1, 2, 3]) await system.send('test.started', { x }, `p${x}@example.org`);
    await system.ended(3);
    const failed = await system.runs();
    await system.save([START, note('n1', '{"x":{{ event.params.x }}}'), LASTING], { id });
    const request = { filter: { fingerprint: failed[0]!.fingerprint, replayed: false }, version: 'newest' };
    expect(await replay(system, request)).toEqual({ started: 3, refused: [], more: false });
    expect(await idsOf(system)).toHaveLength(3);
    expect(await replay(system, { ...request, ...really() })).toEqual({
      started: 3,
      refused: [],
      more: false,
    });
    await system.ended(6);
    expect((await system.events('noted.n1')).map((params) => JSON.stringify(params)).toSorted()).toEqual([
      '{"x":1}',
      '{"x":2}',
      '{"x":3}',
    ]);
    const again = (await system.runs()).filter(({ replay_of: of }) => of !== null);
    expect(new Set(again.map(({ replay_of: of }) => of))).toEqual(new Set(failed.map(({ id }) => id)));
    expect(again).toMatchObject(
      Array.from({ length: 3 }, () => ({ state: 'finished', version: 2, test: false })),
    );
    expect(await system.counters(id)).toMatchObject({
      start: '6/6/6/0/0',
      n1: '6/3/3/3/0',
      end: '3/3/3/0/0',
    });
    expect(await system.events('automation.clientStartPath')).toHaveLength(6);
    expect(await replay(system, request)).toEqual({ started: 0, refused: [], more: false });
    const old = await readRun(system.platform, system.tools.versions, system.workspaceId, failed[0]!.id);
    expect(old?.replays).toMatchObject([{ state: 'finished' }]);
  });

  it('says of each run why it cannot be done again, and does the others', async () => {
    await using system = await runSystem();
    const wait = { mode: 'duration', duration: { amount: 1, unit: 'hours' } };
    await system.save([START, note('n1', '{}'), LASTING]);
    await system.save([
      { ...START, settings: { event: 'test.wait' } },
      { id: 'n1', type: 'delay', settings: wait, outputs: { next: 'end' } },
      END,
    ]);
    const stopped = await system.save([
      { ...START, settings: { event: 'test.stopped' } },
      note('n1', '{}'),
      END,
    ]);
    await system.send('test.started', {}, 'kept@example.org');
    await system.send('test.started', {}, 'event.gone@example.org');
    await system.send('test.started', {}, 'gone@example.org');
    await system.send('test.stopped');
    await system.ended(4);
    await system.send('test.wait');
    await system.db.updateTable('workflow').set({ status: 'stopped' }).where('id', '=', stopped).execute();
    await sql`delete from event where action = 'test.started' and profile_id =
      (select id from profile where email = 'event.gone@example.org')`.execute(system.db);
    await sql`delete from profile where email = 'gone@example.org'`.execute(system.db);
    const [kept, eventGone, gone, ofStopped, waiting] = await idsOf(system);
    const unknown = newId();
    const runIds = [kept, eventGone, gone, ofStopped, waiting, unknown];
    const expected = {
      started: 1,
      more: false,
      refused: expect.arrayContaining([
        { reason: 'there is no such run', count: 1, runIds: [unknown] },
        { reason: 'it is still running', count: 1, runIds: [waiting] },
        { reason: 'its workflow is stopped', count: 1, runIds: [ofStopped] },
        { reason: 'its profile does not exist any more', count: 1, runIds: [gone] },
        { reason: 'the event that started it is no longer kept', count: 1, runIds: [eventGone] },
      ]),
    };
    expect(await replay(system, { runIds })).toEqual(expected);
    expect(await replay(system, { runIds, ...really() })).toEqual(expected);
    const [last] = (await system.ended(5)).toReversed();
    expect(last).toMatchObject({ replay_of: kept, state: 'finished' });
    expect(await replay(system, { runIds: [kept], from: { nodeId: 'n9' } })).toMatchObject({
      started: 0,
      refused: [{ reason: expect.stringMatching(/^version 1 of "Workflow .*" has no node n9$/), count: 1 }],
    });
  });

  it('does nothing of another workspace', async () => {
    await using system = await runSystem();
    await system.save([START, note('n1', '{}'), LASTING]);
    await system.send();
    await system.ended(1);
    const runIds = await idsOf(system);
    const other = await testWorkspace(system.db);
    expect(await replay(system, { runIds, ...really() }, other)).toMatchObject({
      started: 0,
      refused: [{ reason: 'there is no such run', runIds }],
    });
    expect(await replay(system, { filter: { outcome: 'succeeded' }, ...really() }, other)).toMatchObject({
      started: 0,
    });
    expect(await idsOf(system)).toEqual(runIds);
  });

  it('is not held back by the limit of the trigger, which has counted the run', async () => {
    await using system = await runSystem();
    const settings = { event: 'test.started', profileLimit: { count: 1, per: 'workflow' } };
    await system.save([{ ...START, settings }, note('n1', '{}'), LASTING]);
    await system.send();
    await system.ended(1);
    await replay(system, { runIds: await idsOf(system), ...really() });
    expect((await system.ended(2)).map(({ state }) => state)).toEqual(['finished', 'finished']);
    await system.send();
    expect((await system.ended(3)).map(({ state }) => state)).toContain('skipped');
  });

  it('refuses a request that says too little', () => {
    const runIds = [newId()];
    for (const request of [
      {},
      { runIds, filter: { state: 'failed' } },
      { filter: {} },
      { runIds, dryRun: false },
    ]) {
      expect(replaySchema.safeParse(request).success).toBe(false);
    }
  });
});

describe('doing runs again from a node', () => {
  it('keeps the events and the answers from before it', async () => {
    await using target = await receiver((_request, _body, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{"level":{"name":"gold"}}');
    });
    await using system = await runSystem();
    const id = await system.save([
      START,
      {
        id: 'n1',
        type: 'outgoing-integration',
        title: 'Ask',
        settings: {
          connection: system.connectionId,
          webhookName: 'Levels',
          webhookEvent: { name: 'level.asked' },
          url: target.origin,
          body: '{}',
          responseMapping: [{ name: 'level', path: 'level.name' }],
        },
        outputs: { next: 'n2' },
      },
      {
        id: 'n2',
        type: 'event-filter',
        settings: { event: 'go.on' },
        outputs: { matched: 'n3' },
      },
      note(
        'n3',
        '{"level":"{{ automationPathSteps[\'Ask\'].response.level }}","x":{{ event.params.x }},"y":{{ automationPathSteps[\'start\'].event.params.y }}}',
      ),
      LASTING,
    ]);
    await system.send('test.started', { y: 1 });
    await expect.poll(async () => (await system.steps()).at(-1)?.node_id).toBe('n2');
    await system.send('go.on', { x: 7 });
    await system.ended(1);
    const [original] = await idsOf(system);
    await replay(system, { runIds: [original], from: { nodeId: 'n3' }, ...really() });
    await system.ended(2);
    const noted = { level: 'gold', x: 7, y: 1 };
    expect(await system.events('noted.n3')).toEqual([noted, noted]);
    expect(target.requests).toHaveLength(1);
    const [, again] = await system.runs();
    const view = await readRun(system.platform, system.tools.versions, system.workspaceId, again!.id);
    expect(view?.steps.map(({ nodeId, reason }) => [nodeId, reason])).toEqual([
      ['n1', 'kept from the run that is done again'],
      ['n2', 'kept from the run that is done again'],
      ['n3', undefined],
      ['end', undefined],
    ]);
    expect(await system.counters(id)).toMatchObject({ start: '1/1/1/0/0', n1: '1/1/1/0/0', n3: '2/2/2/0/0' });
    // From the filter itself: its event is still to come.
    await replay(system, { runIds: [again!.id], from: { nodeId: 'n2' }, ...really() });
    await system.send('go.on', { x: 8 });
    await system.ended(3);
    expect((await system.events('noted.n3')).at(-1)).toEqual({ ...noted, x: 8 });
  });
});

describe('doing runs of an audience again', () => {
  const audience = (split: object) => ({
    id: 'start',
    type: 'audience',
    settings: { split },
    outputs: { first: 'a', rest: 'b' },
  });
  const named = (name: string, operator: string) => ({
    name,
    condition: { attribute: 'email', operator, value: 'ada@example.org' },
  });

  it('takes each by the output that it left by, although the workflow is finished', async () => {
    await using system = await runSystem();
    await system.send('person.seen', {}, 'ada@example.org');
    await system.send('person.seen', {}, 'grace@example.org');
    const nodes = (split: object) => [audience(split), note('a', '{}'), note('b', '{}'), LASTING];
    const split = [named('first', 'equal'), named('rest', 'not-equal')];
    const id = await system.save(nodes(split));
    await system.ended(2);
    await expect
      .poll(async () => await system.db.selectFrom('workflow').select('status').execute(), {
        timeout: 10_000,
      })
      .toEqual([{ status: 'finished' }]);
    const runIds = await idsOf(system);
    expect(await replay(system, { runIds, ...really() })).toMatchObject({ started: 2, refused: [] });
    const again = (await system.ended(4)).filter(({ replay_of: of }) => of !== null);
    expect(again).toMatchObject([{ event_id: null }, { event_id: null }]);
    expect(await system.counters(id)).toMatchObject({ start: '4/4/4/0/0', a: '2/2/2/0/0', b: '2/2/2/0/0' });
    expect(await replay(system, { runIds, from: { nodeId: 'start' } })).toMatchObject({
      started: 0,
      refused: [{ reason: '"start" is a trigger: do the run again from the start', count: 2 }],
    });
  });
});

describe('one request to do runs again', () => {
  /** Runs that have ended, of one profile, as many as that. */
  async function manyRuns(system: System, count: number) {
    await system.save([START, note('n1', '{}'), LASTING], { settings: { trackPaths: false } });
    await system.send();
    await system.ended(1);
    await sql`
      insert into run (workspace_id, profile_id, id, workflow_id, version, trigger_node_id, state, event_id,
        event_received_at, started_at, ended_at, deadline_at)
      select workspace_id, profile_id, gen_random_uuid(), workflow_id, version, trigger_node_id, state, event_id,
        event_received_at, started_at, ended_at, deadline_at
      from run cross join generate_series(2, ${count})`.execute(system.db);
  }

  async function replayed(system: System) {
    const { rows } = await sql<{ all: number; different: number }>`
      select count(*)::integer as all, count(distinct replay_of)::integer as different
      from run where replay_of is not null`.execute(system.db);
    return rows[0];
  }

  it('starts each run once, however often it is sent', async () => {
    await using system = await runSystem();
    await manyRuns(system, 1_200);
    const request = { filter: { state: 'finished' }, ...really() };
    const reports = await Promise.all(Array.from({ length: 4 }, async () => await replay(system, request)));
    reports.push(await replay(system, request));
    expect(reports).toEqual(Array.from({ length: 5 }, () => ({ started: 1_200, refused: [], more: false })));
    expect(await replayed(system)).toEqual({ all: 1_200, different: 1_200 });
    expect(await replay(system, { ...request, version: 'newest' })).toEqual({ kind: 'request-id-reused' });
  }, 60_000);

  it('goes on where it was broken off', async () => {
    await using system = await runSystem();
    await manyRuns(system, 1_200);
    const request = { filter: { state: 'finished' }, ...really() };
    const { queue } = system.tools;
    let batches = 0;
    const failing = {
      ...system,
      tools: {
        ...system.tools,
        queue: Object.assign(Object.create(queue) as typeof queue, {
          enqueue: async (...[tx, jobs]: Parameters<typeof queue.enqueue>) => {
            if (jobs.length > 0 && ++batches === 2) throw new Error('the machine is off');
            await queue.enqueue(tx, jobs);
          },
        }),
      },
    };
    await expect(replay(failing, request)).rejects.toThrow('the machine is off');
    expect(await replayed(system)).toEqual({ all: 500, different: 500 });
    expect(await replay(system, request)).toMatchObject({ started: 1_200 });
    expect(await replayed(system)).toEqual({ all: 1_200, different: 1_200 });
  }, 60_000);
});
