import { testRunSchema } from '@laurel/contract';
import { describe, expect, it } from 'vitest';

import { newId } from '../platform/ids.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { testRun } from './test-run.ts';
import { receiver } from './testing/integration-system.ts';
import { END, runSystem, START } from './testing/run-system.ts';
import type { TestNode } from './testing/run-system.ts';

type System = Awaited<ReturnType<typeof runSystem>>;

const ADA = { attributes: { firstName: 'Ada' }, email: 'ada@example.org' };
const EVENT = { action: 'test.started', params: { x: 1 } };

async function test(system: System, workflowId: string, request: object = {}, workspaceId?: string) {
  const target = { workspaceId: workspaceId ?? system.workspaceId, workflowId };
  const parsed = testRunSchema.parse({ event: EVENT, profile: ADA, ...request });
  return await testRun(system.platform, system.tools, target, parsed);
}

async function report(system: System, workflowId: string, request: object = {}) {
  const outcome = await test(system, workflowId, request);
  if (outcome.kind !== 'reported') throw new Error(JSON.stringify(outcome));
  return outcome.report;
}

const note = (id: string, params: string, next: string, more: object = {}): TestNode => ({
  id,
  type: 'generate-event',
  settings: { event: { name: `noted.${id}` }, params },
  outputs: { next },
  ...more,
});
const request = (system: System, settings: object, next = 'end'): TestNode => ({
  id: 'n1',
  type: 'outgoing-integration',
  title: 'Issue',
  settings: {
    connection: system.connectionId,
    webhookName: 'Issuer',
    webhookEvent: { name: 'issuer.answered' },
    url: 'https://issuer.example.org/v1/credentials',
    ...settings,
  },
  outputs: { next },
});

describe('trying a workflow out', () => {
  it('shows every node with what it would do, and does nothing of it', async () => {
    await using target = await receiver((_request, _body, response) => response.end());
    await using system = await runSystem();
    const id = await system.save([
      START,
      request(
        system,
        {
          url: `${target.origin}/c?key=hidden&x={{ event.params.x }}`,
          headers: [
            { name: 'x-api-key', value: 's3cr3t' },
            { name: 'x-name', value: '{{ customer.firstName }}' },
          ],
          body: '{"email":"{% customer email %}"}',
          responseMapping: [{ name: 'credential', path: 'credential.id' }],
        },
        'n2',
      ),
      {
        id: 'n2',
        type: 'delay',
        settings: { mode: 'duration', duration: { amount: 2, unit: 'days' } },
        outputs: { next: 'n3' },
      },
      {
        id: 'n3',
        type: 'event-filter',
        settings: {
          event: 'go.on',
          where: [{ parameter: 'y', operator: 'more', value: 5 }],
          timeLimit: { amount: 1, unit: 'days' },
        },
        outputs: { matched: 'n4', 'not-matched': 'end' },
      },
      note(
        'n4',
        '{"y":{{ event.params.y }},"credential":{{ automationPathSteps[\'Issue\'].response.credential }}}',
        'n5',
        { limit: { count: 1, per: 'day' } },
      ),
      {
        id: 'n5',
        type: 'update-profile',
        settings: { attributes: [{ name: 'level', value: '{{ event.params.y }}' }] },
        outputs: { next: 'end' },
      },
      END,
    ]);
    const before = await snapshot(system);
    const undecided = await report(system, id);
    expect(undecided.steps.map(({ nodeId, outcome }) => [nodeId, outcome])).toEqual([
      ['start', 'passes'],
      ['n1', 'acts'],
      ['n2', 'waits'],
      ['n3', 'undecided'],
    ]);
    expect(undecided.steps[1]?.request).toMatchObject({
      connection: 'Open',
      method: 'POST',
      url: `${target.origin}/c?key=[secret]&x=1`,
      headers: { 'x-api-key': '[secret]', 'x-name': 'Ada', 'content-type': 'application/json' },
      body: '{"email":"ada@example.org"}',
    });
    expect(undecided.steps[3]).toMatchObject({ outputs: ['matched', 'not-matched'] });
    expect(undecided.result).toMatchObject({ state: 'undecided', reason: expect.stringContaining('go.on') });

    const assume = {
      n1: { response: { credential: { id: 41 } } },
      n3: { output: 'matched', event: { y: 7 } },
    };
    const whole = await report(system, id, { assume });
    expect(whole.result).toEqual({ state: 'finished' });
    const [start, , wait, filter, noted, updated, end] = whole.steps;
    expect(Date.parse(wait!.dueAt!) - Date.parse(start!.at)).toBe(2 * 86_400_000);
    expect(filter).toMatchObject({ at: wait!.dueAt, output: 'matched' });
    expect(noted).toMatchObject({
      outcome: 'acts',
      event: { action: 'noted.n4', params: { y: 7, credential: 41 } },
      limit: '1 per day',
    });
    expect(updated).toMatchObject({ fields: { 'attributes[0].value': '7' } });
    expect(end).toMatchObject({ nodeId: 'end', outcome: 'ends' });

    const late = await report(system, id, { assume: { n3: 'not-matched' } });
    expect(Date.parse(late.steps.at(-1)!.at) - Date.parse(start!.at)).toBeGreaterThanOrEqual(3 * 86_400_000);
    const wrong = await report(system, id, { assume: { n3: { output: 'matched', event: { y: 1 } } } });
    expect(wrong.result).toMatchObject({
      state: 'undecided',
      reason: expect.stringContaining('y is more than 5'),
    });
    expect(target.requests).toEqual([]);
    expect(await snapshot(system)).toEqual(before);
  });

  it('says which condition keeps the event out', async () => {
    await using system = await runSystem();
    const where = [
      { parameter: 'passed', operator: 'is-true' },
      { parameter: 'x', operator: 'equal', value: 1 },
    ];
    const id = await system.save([
      { ...START, settings: { event: 'test.started', where } },
      note('n1', '{}', 'end'),
      END,
    ]);
    const out = await report(system, id, { event: { ...EVENT, params: { passed: 'yes', x: 1 } } });
    expect(out.steps).toEqual([]);
    expect(out.result.state).toBe('not-started');
    expect(out.triggers).toMatchObject([{ matched: false, failed: [{ value: 'yes' }] }]);
    expect(out.triggers[0]?.failed[0]?.condition).toContain('passed');
    const absent = await report(system, id, { event: { action: 'test.started' } });
    expect(absent.triggers[0]?.failed).toHaveLength(2);
    expect(absent.triggers[0]?.failed[0]).not.toHaveProperty('value');
    const other = await report(system, id, { event: { action: 'test.other' } });
    expect(other.triggers).toMatchObject([{ reason: 'it starts with test.started, not with test.other' }]);
  });

  it('says where a template has no value, or fails, and stops there', async () => {
    await using system = await runSystem();
    const skipping = await system.save([
      START,
      request(system, { body: '{\n "name": "{% customer nickname %}"}' }),
      END,
    ]);
    expect(await report(system, skipping)).toMatchObject({
      steps: [
        { nodeId: 'start' },
        { outcome: 'skips', place: { field: 'body', line: 2, column: expect.any(Number) } },
      ],
      result: { state: 'skipped', reason: expect.stringMatching(/^body: /) },
    });
    const failing = await system.save([
      START,
      request(system, { body: '{"x":{{ event.params.x }} 1}' }),
      END,
    ]);
    expect(await report(system, failing)).toMatchObject({
      steps: [{}, { outcome: 'fails', place: { field: 'body' } }],
      result: { state: 'failed' },
    });
  });

  it('takes a definition that is not saved, however unfinished it is', async () => {
    await using system = await runSystem();
    const id = await system.save([START, note('n1', '{}', 'end'), END]);
    const draft = (nodes: readonly TestNode[], more: object = {}) => ({
      definition: {
        format: '2026-11-24',
        nodes: nodes.map((node) => ({ title: node.id, ...node })),
        ...more,
      },
    });
    const changed = await report(system, id, draft([START, note('n1', '{"now":1}', 'end'), END]));
    expect(changed.steps[1]).toMatchObject({ event: { params: { now: 1 } } });
    expect((await report(system, id, draft([START]))).result).toEqual({
      state: 'failed',
      reason: '"start" leads nowhere by its output next',
    });
    const loop = draft([START, { ...note('n1', '{}', 'n2') }, note('n2', '{}', 'n1')]);
    expect((await report(system, id, loop)).result).toMatchObject({
      reason: 'the path leads back to "n1"',
    });
    const nobody = { ...request(system, { connection: 'nobody' }), title: 'n1' };
    expect((await report(system, id, draft([START, nobody, END]))).result).toMatchObject({
      reason: 'its connection does not exist',
    });
    const long = { mode: 'until', at: '2126-01-01T00:00:00Z' };
    const waits = draft([START, { id: 'n1', type: 'delay', settings: long, outputs: { next: 'end' } }, END]);
    expect((await report(system, id, waits)).result).toEqual({
      state: 'failed',
      reason: 'the path would last longer than its cap',
    });
    expect(await test(system, id, { definition: { format: '2026-11-24', nodes: [{}] } })).toMatchObject({
      kind: 'bad-definition',
    });
    expect(await report(system, id, { version: 1 })).toMatchObject({ result: { state: 'finished' } });
    expect(await test(system, id, { version: 2 })).toEqual({ kind: 'no-version' });
  });

  it('goes by the branch of the profile, or the one that is asked for', async () => {
    await using system = await runSystem();
    const branches = [
      { name: 'a', share: 100 },
      { name: 'b', share: 0 },
    ];
    const id = await system.save([
      START,
      { id: 'n1', type: 'split', settings: { branches }, outputs: { a: 'end', b: 'n2' } },
      note('n2', '{}', 'end'),
      END,
    ]);
    expect((await report(system, id)).steps.map(({ nodeId }) => nodeId)).toEqual(['start', 'n1', 'end']);
    const other = await report(system, id, { assume: { n1: 'b' } });
    expect(other.steps.map(({ nodeId }) => nodeId)).toEqual(['start', 'n1', 'n2', 'end']);
  });

  it('goes by the segments of a profile; of an imagined one it has to be told', async () => {
    await using system = await runSystem();
    const condition = { attribute: 'email', operator: 'equal', value: 'ada@example.org' };
    const id = await system.save([
      START,
      {
        id: 'n1',
        type: 'profile-filter',
        settings: { filter: { condition } },
        outputs: { matched: 'n2', 'not-matched': 'end' },
      },
      note('n2', '{}', 'end'),
      END,
    ]);
    await system.send('other.event', {}, 'ada@example.org');
    await system.send('other.event', {}, 'grace@example.org');
    const profiles = await system.db.selectFrom('profile').select('id').orderBy('email').execute();
    const way = async (request: object) => {
      const { steps, result } = await report(system, id, request);
      return [...steps.map(({ nodeId }) => nodeId), result.state];
    };
    expect(await way({ profile: profiles[0] })).toEqual(['start', 'n1', 'n2', 'end', 'finished']);
    expect(await way({ profile: profiles[1] })).toEqual(['start', 'n1', 'end', 'finished']);
    expect(await way({ assume: { n1: 'matched' } })).toEqual(['start', 'n1', 'n2', 'end', 'finished']);
    expect(await way({})).toEqual(['start', 'n1', 'undecided']);
    expect((await report(system, id)).steps[1]).toMatchObject({ outputs: ['matched', 'not-matched'] });
  });

  it('knows nothing of another workspace', async () => {
    await using system = await runSystem();
    const id = await system.save([START, note('n1', '{}', 'end'), END]);
    await system.send();
    const [run] = await system.ended();
    const other = await testWorkspace(system.db);
    expect(await test(system, id, {}, other)).toEqual({ kind: 'no-workflow' });
    expect(await test(system, id, { profile: { id: newId() } })).toEqual({ kind: 'no-profile' });
    await system.db
      .updateTable('profile')
      .set({ workspace_id: other })
      .where('id', '=', run!.profile_id)
      .execute();
    expect(await test(system, id, { profile: { id: run!.profile_id } })).toEqual({ kind: 'no-profile' });
  });
});

describe('sending for real', () => {
  it('starts a run that is marked, with the event, and nothing else', async () => {
    await using target = await receiver((_request, _body, response) => response.end('{"ok":1}'));
    await using system = await runSystem();
    const id = await system.save([
      START,
      request(system, { url: target.origin, body: '{"x":{{ event.params.x }}}' }),
      END,
    ]);
    await system.save([START, note('n1', '{}', 'end'), END]);
    await system.send('other.event', {}, 'ada@example.org');
    const { id: profileId } = await system.db.selectFrom('profile').select('id').executeTakeFirstOrThrow();
    const started = await report(system, id, { profile: { id: profileId.toUpperCase() }, send: true });
    expect(started).toMatchObject({ steps: [], result: { state: 'started' }, runId: expect.any(String) });
    expect(await system.ended()).toMatchObject([{ id: started.runId, test: true, state: 'finished' }]);
    expect(await system.runs()).toHaveLength(1);
    expect(target.requests.map(({ body }) => body)).toEqual(['{"x":1}']);
    expect(await system.events('test.started')).toEqual([{ x: 1 }]);
    expect(await system.counters(id)).toMatchObject({ n1: '1/1/1/0/0' });
  });

  it('needs a workflow that runs, a profile that exists, and an event that starts it', async () => {
    await using system = await runSystem();
    const id = await system.save([START, note('n1', '{}', 'end'), END]);
    await system.send('other.event', {}, 'ada@example.org');
    const { id: profileId } = await system.db.selectFrom('profile').select('id').executeTakeFirstOrThrow();
    const profile = { id: profileId };
    expect(await report(system, id, { profile, send: true, event: { action: 'other.event' } })).toMatchObject(
      {
        result: { state: 'not-started' },
      },
    );
    const nul = { action: 'test.started', params: { x: '\0' } };
    expect(await test(system, id, { profile, send: true, event: nul })).toMatchObject({
      kind: 'not-storable',
      field: 'event.params.x',
    });
    expect(await test(system, id, { profile: { attributes: { 'a\0': 1 } } })).toMatchObject({
      kind: 'not-storable',
    });
    await system.db.updateTable('workflow').set({ status: 'stopped' }).execute();
    expect(await test(system, id, { profile, send: true })).toEqual({
      kind: 'not-active',
      status: 'stopped',
    });
    expect(await system.runs()).toEqual([]);
    const base = { event: EVENT, profile: ADA };
    for (const wrong of [
      { ...base, send: true },
      { ...base, profile, send: true, version: 1 },
      { ...base, version: 1, definition: {} },
    ]) {
      expect(testRunSchema.safeParse(wrong).success).toBe(false);
    }
  });
});

/** How much there is of everything that a run writes. */
async function snapshot({ db }: System) {
  const count = async (
    table: 'run' | 'run_step' | 'attempt' | 'event' | 'event_wait' | 'profile' | 'node_use',
  ) =>
    (
      await db
        .selectFrom(table)
        .select(({ fn }) => fn.countAll().as('count'))
        .executeTakeFirst()
    )?.count;
  return await Promise.all(
    (['run', 'run_step', 'attempt', 'event', 'event_wait', 'profile', 'node_use'] as const).map(count),
  );
}
