import { definitionSchema } from '@laurel/workflow';
import { sql } from 'kysely';
import { describe, expect, it, vi } from 'vitest';

import type { NewEvent } from '../events/index.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import { changeStatus, listPublications, publishWorkflow, saveWorkflow } from '../workflows/index.ts';
import type { RunsInside } from '../workflows/index.ts';
import { applyLifecycle, applyLifecycles } from './apply-lifecycle.ts';
import { matchWaits } from './match-waits.ts';
import { moveVerdict } from './move-verdict.ts';
import { previewPublication } from './preview-publication.ts';
import type { InsideCount } from './preview-publication.ts';
import { planChanges } from './record-changes.ts';
import { integrationSystem, receiver } from './testing/integration-system.ts';
import { END, runSystem, START } from './testing/run-system.ts';
import type { TestNode } from './testing/run-system.ts';

type System = Awaited<ReturnType<typeof runSystem>>;

const LONG = { amount: 1, unit: 'hours' };
const filter = (id: string, next: string, event = 'course.done', where: object[] = []): TestNode => ({
  id,
  type: 'event-filter',
  settings: { event, where },
  outputs: { matched: next },
});
const delay = (id: string, next: string): TestNode => ({
  id,
  type: 'delay',
  settings: { mode: 'duration', duration: LONG },
  outputs: { next },
});
const note = (id: string, next: string): TestNode => ({
  id,
  type: 'generate-event',
  settings: { event: { name: `noted.${id}` }, params: '{}' },
  outputs: { next },
});
/** Runs wait at n1 for an event, and then for an hour. */
const FIRST = [START, filter('n1', 'n2'), delay('n2', 'end'), END];

/** A new version of a workflow, which is not published. */
async function draft(system: System, workflowId: string, nodes: readonly TestNode[]): Promise<number> {
  const { db, workspaceId } = system;
  const definition = {
    format: '2026-11-24',
    nodes: nodes.map((node) => ({ title: node.id, ...node })),
  };
  const saved = await inTransaction(
    db,
    async (tx) =>
      await saveWorkflow(tx, new Date(), { workspaceId, id: workflowId, name: 'W', run: false, definition }),
  );
  if (!('workflow' in saved)) throw new Error(JSON.stringify(saved));
  return saved.workflow.newestVersion;
}

async function publish(
  system: Pick<System, 'db' | 'workspaceId' | 'lifecycle'>,
  workflowId: string,
  version: number,
  runsInside: RunsInside,
  status = 'active',
) {
  const key = { workspaceId: system.workspaceId, workflowId };
  const input = { ...key, version, note: 'why', runsInside };
  const outcome = await inTransaction(system.db, async (tx) => await publishWorkflow(tx, new Date(), input));
  expect(outcome).toMatchObject({
    kind: 'published',
    workflow: { status, activeVersion: version },
  });
  await applyLifecycles(system.lifecycle);
  const [publication] = await listPublications(system.db, key);
  expect(publication).toMatchObject({ version, note: 'why', runsInside, settledAt: expect.any(Date) });
  return publication!;
}

/** 30 runs at n1 and 12 at n2. */
async function fill(system: System): Promise<void> {
  const people = Array.from({ length: 42 }, (_, index) => `p${index}@example.org`);
  for (const email of people) await system.send('test.started', {}, email);
  for (const email of people.slice(30)) await system.send('course.done', {}, email);
}

const preview = async (system: System, workflowId: string, version: number) =>
  (await previewPublication(system.db, { workspaceId: system.workspaceId, workflowId }, version))!;
const sum = (inside: readonly InsideCount[], counted: (count: InsideCount) => boolean) =>
  inside.filter(counted).reduce((total, { runs }) => total + runs, 0);

describe('publishing a version while runs are inside', () => {
  it('says who is inside, and moves and leaves as many as it says', async () => {
    await using system = await runSystem();
    const id = await system.save(FIRST);
    await fill(system);
    const version = await draft(system, id, [START, filter('n1', 'n3'), note('n3', 'end'), END]);
    const inside = await preview(system, id, version);
    expect(inside).toEqual([
      {
        version: 1,
        nodeId: 'n1',
        title: 'n1',
        state: 'waiting',
        runs: 30,
        move: { kind: 'moves' },
        stops: true,
      },
      {
        version: 1,
        nodeId: 'n2',
        title: 'n2',
        state: 'waiting',
        runs: 12,
        move: { kind: 'stays', reason: 'the version does not have its node' },
        stops: true,
      },
    ]);
    const publication = await publish(system, id, version, 'move');
    expect(publication).toMatchObject({
      moved: sum(inside, ({ move }) => move.kind === 'moves'),
      stayed: sum(inside, ({ move }) => move.kind === 'stays'),
      stopped: 0,
    });
    const versions = (await system.runs()).map((run) => run.version);
    expect(versions.filter((on) => on === version)).toHaveLength(30);
    await system.send('course.done', {}, 'p0@example.org');
    expect(await system.ended()).toMatchObject([{ version, state: 'finished' }]);
    expect(await system.events('noted.n3')).toHaveLength(1);
    const after = await preview(system, id, version);
    expect(after.map(({ nodeId, runs, move }) => [nodeId, runs, move.kind])).toEqual([
      ['n2', 12, 'stays'],
      ['n1', 29, 'already'],
    ]);
  });

  it('stops as many as it says, and none that is on the version already', async () => {
    await using system = await runSystem();
    const id = await system.save(FIRST);
    await fill(system);
    const version = await draft(system, id, [START, filter('n1', 'end'), END]);
    await publish(system, id, version, 'finish');
    expect((await system.runs()).every(({ state }) => state === 'running')).toBe(true);
    await system.send('test.started', {}, 'ada@example.org');
    const inside = await preview(system, id, version);
    const { stopped, moved } = await publish(system, id, version, 'stop');
    expect([stopped, moved]).toEqual([sum(inside, ({ stops }) => stops), 0]);
    const left = (await system.runs()).filter(({ state }) => state === 'running');
    expect(left.map((run) => run.version)).toEqual([version]);
    expect(await system.counters(id)).toMatchObject({ n1: '43/12/12/0/30', n2: '12/0/0/0/12' });
    expect((await system.ended(42))[0]?.reason).toBe(
      `version ${version} was published, and the runs inside were stopped`,
    );
  });

  it('goes back to an older version by publishing it again, with the runs that can', async () => {
    await using system = await runSystem();
    const id = await system.save(FIRST);
    await fill(system);
    const version = await draft(system, id, [START, filter('n1', 'end'), END]);
    expect(await publish(system, id, version, 'move')).toMatchObject({ moved: 30, stayed: 12 });
    expect(await publish(system, id, 1, 'move')).toMatchObject({ moved: 30, stayed: 0 });
    expect(new Set((await system.runs()).map((run) => run.version))).toEqual(new Set([1]));
    await system.send('test.started', {}, 'ada@example.org');
    expect((await system.runs()).at(-1)?.version).toBe(1);
  });

  it('lets a run that moved wait for the event of its filter there, until the time that was set', async () => {
    await using system = await runSystem();
    const id = await system.save([
      START,
      {
        ...filter('n1', 'end'),
        settings: { event: 'course.done', timeLimit: { amount: 3, unit: 'seconds' } },
        outputs: { matched: 'end', 'not-matched': 'late' },
      },
      note('late', 'end'),
      { ...END, settings: { stopOthers: false } },
    ]);
    await system.send('test.started', {}, 'ada@example.org');
    await system.send('test.started', {}, 'grace@example.org');
    const version = await draft(system, id, [
      START,
      {
        ...filter('n1', 'end'),
        settings: { event: 'exam.passed', timeLimit: LONG },
        outputs: { matched: 'end', 'not-matched': 'late' },
      },
      note('late', 'end'),
      { ...END, settings: { stopOthers: false } },
    ]);
    expect(await publish(system, id, version, 'move')).toMatchObject({ moved: 2 });
    await system.send('course.done', {}, 'ada@example.org');
    expect((await system.runs()).map(({ state }) => state)).toEqual(['running', 'running']);
    await system.send('exam.passed', {}, 'ada@example.org');
    await system.ended(1);
    await system.ended(2);
    expect(await system.events('noted.late')).toHaveLength(1);
  });

  it('loses no run and no event that comes while runs move', async () => {
    await using system = await runSystem();
    const ends = { ...END, settings: { stopOthers: false } };
    const id = await system.save([START, filter('n1', 'a'), note('a', 'end'), ends]);
    const people = Array.from({ length: 300 }, (_, index) => `p${index}@example.org`);
    await Promise.all(people.map(async (email) => await system.send('test.started', {}, email)));
    const version = await draft(system, id, [START, filter('n1', 'b'), note('b', 'end'), ends]);
    const [publication] = await Promise.all([
      publish(system, id, version, 'move'),
      ...people.map(async (email) => await system.send('course.done', {}, email)),
    ]);
    const all = await system.ended(300);
    expect(new Set(all.map(({ state }) => state))).toEqual(new Set(['finished']));
    const on = all.filter((run) => run.version === version).length;
    expect([(await system.events('noted.a')).length, (await system.events('noted.b')).length]).toEqual([
      300 - on,
      on,
    ]);
    expect(publication.moved).toBe(on);
  });

  it('waits for an event that just moves a run on, which then goes by its version', async () => {
    await using system = await runSystem();
    const id = await system.save([START, filter('n1', 'a'), note('a', 'end'), END]);
    await system.send();
    const version = await draft(system, id, [START, filter('n1', 'b'), note('b', 'end'), END]);
    const [run] = await system.runs();
    const now = new Date();
    const event: NewEvent = {
      workspaceId: system.workspaceId,
      profileId: run!.profile_id,
      id: newId(),
      action: 'course.done',
      time: now,
      receivedAt: now,
      params: {},
      source: 'api',
    };
    const moving = await inTransaction(system.db, async (tx) => {
      const changes = await matchWaits(tx, system.lifecycle.versions, [event]);
      expect(changes).toHaveLength(1);
      const begun = publish(system, id, version, 'move');
      const blocked = sql<{ pid: number }>`
        select pid from pg_locks join pg_stat_activity using (pid)
        where not granted and datname = current_database()`;
      await vi.waitFor(async () => expect((await blocked.execute(system.db)).rows).not.toEqual([]), 10_000);
      const planned = await planChanges(tx, system.lifecycle, changes);
      await planned.write(tx);
      return { begun };
    });
    // By the time that it is looked at again, it is at work or over.
    const { moved } = await moving.begun;
    const [ended] = await system.ended();
    expect([ended?.state, moved]).toEqual(['finished', 0]);
    expect(await system.events('noted.a')).toHaveLength(1);
  });

  it('moves the runs of a workflow that is paused, which go on there when it does', async () => {
    await using system = await runSystem();
    const soon = { amount: 0.1, unit: 'seconds' };
    const short = { ...delay('n1', 'a'), settings: { mode: 'duration', duration: soon } };
    const id = await system.save([START, short, note('a', 'end'), END]);
    await system.send();
    const key = { workspaceId: system.workspaceId, workflowId: id };
    const change = async (action: 'pause' | 'resume') =>
      await inTransaction(system.db, async (tx) => await changeStatus(tx, new Date(), key, action));
    await change('pause');
    const parked = async () => await system.db.selectFrom('parked_step').selectAll().execute();
    await vi.waitFor(async () => expect(await parked()).toHaveLength(1), 10_000);
    const version = await draft(system, id, [
      START,
      { ...short, outputs: { next: 'b' } },
      note('b', 'end'),
      END,
    ]);
    expect(await publish(system, id, version, 'move', 'paused')).toMatchObject({ moved: 1, stayed: 0 });
    expect(await parked()).toHaveLength(1);
    await change('resume');
    await applyLifecycle(system.lifecycle, key);
    await system.ended();
    expect(await system.events('noted.b')).toHaveLength(1);
  });

  it('leaves a run on its version while a request of it is under way', async () => {
    const open: (() => void)[] = [];
    await using target = await receiver((_request, _body, response) => {
      open.push(() => response.end('{"credential":{"id":1}}'));
    });
    await using it = await integrationSystem(`${target.origin}/v1/credentials`);
    await it.send({ name: 'Ada' });
    await vi.waitFor(() => expect(open).toHaveLength(1));
    const [row] = await it.db.selectFrom('workflow_version').select('definition').execute();
    const definition = definitionSchema.parse(row?.definition);
    const nodes = definition.nodes.map((node) => (node.id === 'send' ? { ...node, title: 'Send it' } : node));
    const { workspaceId, workflowId, db } = it;
    const input = {
      workspaceId,
      id: workflowId,
      name: 'Issue',
      run: false,
      definition: { ...definition, nodes },
    };
    await inTransaction(db, async (tx) => await saveWorkflow(tx, new Date(), input));
    expect(await previewPublication(db, { workspaceId, workflowId }, 2)).toMatchObject([
      { nodeId: 'send', runs: 1, move: { kind: 'stays', reason: 'a request is under way' } },
    ]);
    expect(await publish(it, workflowId, 2, 'move')).toMatchObject({ moved: 0, stayed: 1 });
    for (const answer of open) answer();
    expect(await it.result()).toMatchObject({ status: 200 });
    await vi.waitFor(async () =>
      expect(await db.selectFrom('run').select(['version', 'state']).execute()).toEqual([
        { version: 1, state: 'finished' },
      ]),
    );
  });
});

describe('a run', () => {
  const versionOf = (node: TestNode) =>
    definitionSchema.parse({
      format: '2026-11-24',
      nodes: [START, node, END].map((each) => ({ title: each.id, ...each })),
    });
  const limited = {
    ...filter('n1', 'end'),
    settings: { event: 'course.done', timeLimit: LONG },
    outputs: { matched: 'end', 'not-matched': 'end' },
  };
  const at = { nodeId: 'n1', unknownRequest: false };

  it.each([
    ['the same node', filter('n1', 'end'), filter('n1', 'end', 'other.event'), undefined],
    ['a time limit that is new', filter('n1', 'end'), limited, undefined],
    ['no time limit any more', limited, filter('n1', 'end'), 'its node has no output "not-matched" there'],
    ['another type', filter('n1', 'end'), delay('n1', 'end'), 'its node is of another type there: delay'],
    ['no such node', filter('n1', 'end'), filter('n2', 'end'), 'the version does not have its node'],
  ])('moves only where its node is as it was: %s', (_, from, to, reason) => {
    expect(moveVerdict(versionOf(from), versionOf(to), at)).toEqual(
      reason === undefined ? { kind: 'moves' } : { kind: 'stays', reason },
    );
  });
});
