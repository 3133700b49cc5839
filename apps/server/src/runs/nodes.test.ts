import { describe, expect, it, vi } from 'vitest';

import { END, runSystem, START } from './testing/run-system.ts';

const SOON = { amount: 0.3, unit: 'seconds' };
const note = (id: string, next: string, more: object = {}) => ({
  id,
  type: 'generate-event',
  settings: {
    event: { name: `noted.${id}` },
    params: '{"was":"{{ event.action }}","x":{{ event.params.x }}}',
  },
  outputs: { next },
  ...more,
});

describe('a path', () => {
  it('generates events, which start other workflows, and tells of its start, steps and end', async () => {
    await using system = await runSystem();
    const first = await system.save([START, note('n1', 'end', { trackDataPoints: true }), END]);
    await system.save(
      [{ ...START, settings: { event: 'noted.n1' }, outputs: { next: 'n2' } }, note('n2', 'end'), END],
      { settings: { trackPaths: false } },
    );
    await system.send('test.started', { x: 7 });
    await vi.waitFor(async () =>
      expect(await system.events('noted.n2')).toEqual([{ was: 'noted.n1', x: 7 }]),
    );
    expect(await system.counters(first)).toMatchObject({
      start: '1/1/1/0/0',
      n1: '1/1/1/0/0',
      end: '1/1/1/0/0',
    });
    const [run] = await system.runs();
    const about = { workflowId: first, runId: run?.id, version: 1 };
    expect(await system.events('automation.clientStartPath')).toEqual([
      expect.objectContaining({ ...about, nodeId: 'start', triggerEvent: 'test.started' }),
    ]);
    expect(await system.events('automation.clientPathStep')).toEqual([
      expect.objectContaining({ ...about, nodeId: 'n1', stepType: 'generate-event', result: 'succeeded' }),
    ]);
    expect(await system.events('automation.clientEndPath')).toEqual([
      expect.objectContaining({ ...about, nodeId: 'end', result: 'finished' }),
    ]);
  });

  it('comes from any of several triggers through Merge Paths', async () => {
    await using system = await runSystem();
    const id = await system.save([
      { ...START, outputs: { next: 'merge' } },
      { ...START, id: 'other', settings: { event: 'test.other' }, outputs: { next: 'merge' } },
      { id: 'merge', type: 'merge-paths', outputs: { next: 'n1' } },
      note('n1', 'end'),
      { ...END, settings: { stopOthers: false } },
    ]);
    await system.send('test.started');
    await system.send('test.other');
    await system.ended(2);
    expect(await system.counters(id)).toEqual({
      start: '1/1/1/0/0',
      other: '1/1/1/0/0',
      merge: '2/2/2/0/0',
      n1: '2/2/2/0/0',
      end: '2/2/2/0/0',
    });
  });

  it('goes to the branch of a split that its profile always has', async () => {
    await using system = await runSystem();
    const branches = [
      { name: 'a', share: 50 },
      { name: 'b', share: 50 },
    ];
    const id = await system.save([
      START,
      { id: 'n1', type: 'split', settings: { branches }, outputs: { a: 'a', b: 'b' } },
      note('a', 'end'),
      note('b', 'end'),
      { ...END, settings: { stopOthers: false } },
    ]);
    for (let person = 0; person < 12; person++) {
      await system.send('test.started', {}, `person${person}@example.org`);
      await system.send('test.started', {}, `person${person}@example.org`);
    }
    await system.ended(24);
    const counters = await system.counters(id);
    const [a = 0, b = 0] = ['a', 'b'].map((node) => Number(counters[node]?.split('/')[0] ?? 0));
    expect(a + b).toBe(24);
    expect([a % 2, b % 2]).toEqual([0, 0]);
    expect(Math.min(a, b)).toBeGreaterThan(0);
  });

  it('fails when it lasts longer than its cap, whatever it waits for', async () => {
    await using system = await runSystem();
    const id = await system.save(
      [
        START,
        { id: 'n1', type: 'event-filter', settings: { event: 'never.comes' }, outputs: { matched: 'end' } },
        END,
      ],
      { settings: { pathCap: SOON } },
    );
    await system.send();
    expect(await system.ended()).toMatchObject([
      {
        state: 'failed',
        reason: 'the path lasted longer than its cap',
        fingerprint: expect.stringContaining('n1'),
      },
    ]);
    expect(await system.counters(id)).toMatchObject({ n1: '1/0/0/1/0' });
    expect(await system.db.selectFrom('event_wait').selectAll().execute()).toEqual([]);
  });
});

describe('a delay', () => {
  it('lasts, and then the path goes on', async () => {
    await using system = await runSystem();
    const id = await system.save([
      START,
      { id: 'n1', type: 'delay', settings: { mode: 'duration', duration: SOON }, outputs: { next: 'end' } },
      END,
    ]);
    await system.send();
    expect(await system.counters(id)).toEqual({ start: '1/1/1/0/0', n1: '1/0/0/0/0' });
    expect(await system.steps()).toMatchObject([
      { node_id: 'start' },
      { state: 'waiting', due_at: expect.any(Date) },
    ]);
    const [run] = await system.ended();
    expect(run!.ended_at!.getTime() - run!.started_at.getTime()).toBeGreaterThanOrEqual(300);
    expect(await system.counters(id)).toMatchObject({ n1: '1/1/1/0/0', end: '1/1/1/0/0' });
  });

  it('goes by a date of the profile, and skips a profile without one', async () => {
    await using system = await runSystem();
    await system.save([
      START,
      {
        id: 'n1',
        type: 'delay',
        settings: { mode: 'attribute', attribute: 'renewal', offset: { ...SOON, direction: 'after' } },
        outputs: { next: 'end' },
      },
      END,
    ]);
    await system.send('other.event', {}, 'dated@example.org');
    await system.db
      .updateTable('profile')
      .set({ attributes: JSON.stringify({ renewal: new Date().toISOString() }) })
      .execute();
    await system.send('test.started', {}, 'dated@example.org');
    await system.send('test.started', {}, 'undated@example.org');
    const all = await system.ended(2);
    expect(all.map(({ state, reason }) => `${state}: ${reason}`).toSorted()).toEqual([
      'finished: null',
      "skipped: the profile's attribute renewal is no date",
    ]);
  });
});

describe('an Event Filter', () => {
  const filter = (more: object = {}) => ({
    id: 'n1',
    type: 'event-filter',
    settings: {
      event: 'course.done',
      where: [{ parameter: 'x', operator: 'more', value: 5 }],
      timeLimit: { amount: 1, unit: 'hours' },
      ...more,
    },
    outputs: { matched: 'yes', 'not-matched': 'no' },
  });
  const nodes = (more: object = {}) => [START, filter(more), note('yes', 'end'), note('no', 'end'), END];

  it('waits for an event that satisfies it, which is the event from then on', async () => {
    await using system = await runSystem();
    const id = await system.save(nodes());
    await system.send('test.started', { x: 1 });
    await system.send('course.done', { x: 2 });
    await system.send('course.done', { x: 9 }, 'somebody.else@example.org');
    expect((await system.runs()).map(({ state }) => state)).toEqual(['running']);
    await system.send('course.done', { x: 8 });
    await system.send('course.done', { x: 10 });
    await system.ended();
    expect(await system.events('noted.yes')).toEqual([{ was: 'course.done', x: 8 }]);
    expect(await system.counters(id)).toMatchObject({ n1: '1/1/1/0/0', yes: '1/1/1/0/0' });
  });

  it('leaves by "not matched" when its time is over, with the event that the run had', async () => {
    await using system = await runSystem();
    await system.save(nodes({ timeLimit: SOON }));
    await system.send('test.started', { x: 1 });
    await system.ended();
    expect(await system.events('noted.no')).toEqual([{ was: 'test.started', x: 1 }]);
    await system.send('course.done', { x: 9 });
    expect(await system.events('noted.yes')).toEqual([]);
  });

  it('behind an action sees the event that the action generates', async () => {
    await using system = await runSystem();
    await system.save([
      START,
      { ...note('n1', 'n2'), settings: { event: { name: 'course.done' }, params: '{"x":6}' } },
      { ...filter(), id: 'n2' },
      note('yes', 'end'),
      note('no', 'end'),
      END,
    ]);
    await system.send();
    await system.ended();
    expect(await system.events('noted.yes')).toEqual([{ was: 'course.done', x: 6 }]);
  });

  it('moves a run on once, however many matching events come at once', async () => {
    await using system = await runSystem();
    const id = await system.save(nodes());
    await system.send('test.started', { x: 1 });
    await Promise.all(
      Array.from({ length: 20 }, async (_, x) => await system.send('course.done', { x: 6 + x })),
    );
    await system.ended();
    expect(await system.counters(id)).toMatchObject({ n1: '1/1/1/0/0', yes: '1/1/1/0/0', end: '1/1/1/0/0' });
  });
});

describe('a limit', () => {
  it('at the trigger keeps the run that it holds back, with the reason', async () => {
    await using system = await runSystem();
    const id = await system.save([
      { ...START, settings: { event: 'test.started', profileLimit: { count: 2, per: 'workflow' } } },
      note('n1', 'end'),
      { ...END, settings: { stopOthers: false } },
    ]);
    await Promise.all(Array.from({ length: 5 }, async () => await system.send()));
    await system.send('test.started', {}, 'somebody.else@example.org');
    const all = await system.ended(6);
    expect(all.filter(({ state }) => state === 'finished')).toHaveLength(3);
    expect(all.find(({ state }) => state === 'skipped')?.reason).toBe(
      'the limit of 2 per workflow is reached',
    );
    expect(await system.counters(id)).toMatchObject({ start: '6/3/3/0/3', n1: '3/3/3/0/0' });
  });

  it('at an action skips what goes beyond', async () => {
    await using system = await runSystem();
    const id = await system.save([
      START,
      note('n1', 'end', { limit: { count: 1, per: 'month' } }),
      { ...END, settings: { stopOthers: false } },
    ]);
    await system.send();
    await system.send();
    const all = await system.ended(2);
    expect(all.map(({ state }) => state).toSorted()).toEqual(['finished', 'skipped']);
    expect(await system.counters(id)).toEqual({ start: '2/2/2/0/0', n1: '2/1/1/0/1', end: '1/1/1/0/0' });
  });
});

describe('an End', () => {
  const race = (settings: object) => [
    START,
    {
      id: 'n1',
      type: 'event-filter',
      settings: { event: 'go.on', where: [{ parameter: 'run', operator: 'not-null' }] },
      outputs: { matched: 'end' },
    },
    { ...START, id: 'quick', settings: { event: 'test.quick' }, outputs: { next: 'm' } },
    { id: 'm', type: 'merge-paths', outputs: { next: 'end' } },
    { ...END, settings },
  ];
  const merged = (settings: object) =>
    race(settings)
      .map((node) => (node.id === 'start' ? { ...node, outputs: { next: 'first' } } : node))
      .concat([{ id: 'first', type: 'merge-paths', outputs: { next: 'n1' } }]);

  it("stops the other paths of the profile, and no one else's", async () => {
    await using system = await runSystem();
    const id = await system.save(merged({}));
    await system.send();
    await system.send('test.started', {}, 'somebody.else@example.org');
    await system.send('test.quick');
    const all = await system.ended(2);
    expect(all.map(({ state, reason }) => [state, reason])).toEqual([
      ['cancelled', 'another path of the profile has reached an End'],
      ['finished', null],
    ]);
    expect(await system.counters(id)).toMatchObject({ n1: '2/0/0/0/1' });
    expect((await system.runs()).filter(({ state }) => state === 'running')).toHaveLength(1);
  });

  it('lets them go on where it says so', async () => {
    await using system = await runSystem();
    await system.save(merged({ stopOthers: false }));
    await system.send();
    await system.send('test.quick');
    await system.ended(1);
    await system.send('go.on', { run: 1 });
    expect((await system.ended(2)).map(({ state }) => state)).toEqual(['finished', 'finished']);
  });
});
