import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { inTransaction } from '../platform/db/transaction.ts';
import type { Platform } from '../platform/platform.ts';
import { testDatabase } from '../testing/test-database.ts';
import { TestClock, testPlatform, testWorkspace } from '../testing/test-platform.ts';
import { applySchedules } from './apply-schedules.ts';
import { changeStatus } from './change-status.ts';
import { deleteWorkflow } from './delete-workflow.ts';
import type { LifecycleAction } from './lifecycle.ts';
import { listPublications } from './publication-store.ts';
import { publishWorkflow } from './publish-workflow.ts';
import { saveWorkflow } from './save-workflow.ts';
import { scheduleWorkflow } from './schedule-workflow.ts';
import { findWorkflow, readVersion } from './workflow-store.ts';
import type { WorkflowKey, WorkflowStatus } from './workflow-store.ts';

const START = '2026-11-24T12:00:00Z';
const MINUTE_MS = 60_000;

const definition = (event: string) => ({
  format: '2026-11-24',
  nodes: [
    { id: 'start', type: 'profile-event', title: 'Start', settings: { event }, outputs: { next: 'end' } },
    { id: 'end', type: 'end', title: 'End' },
  ],
});

/** What a workflow is, as far as its story so far tells. */
interface Model {
  status: WorkflowStatus;
  newest: number;
  active: number | undefined;
  /** The event that starts a run, by version. */
  readonly events: Map<number, string>;
  readonly published: Set<number>;
  startAt: number | undefined;
  stopAt: number | undefined;
  now: number;
  publications: number;
  gone: boolean;
}

interface Real {
  readonly platform: Platform;
  readonly clock: TestClock;
  readonly key: WorkflowKey;
}

type Command = fc.AsyncCommand<Model, Real>;

/** What was answered, and what the model expects. */
interface Said {
  readonly outcome: { readonly kind: string; readonly code?: string };
  readonly expected: { readonly kind: string; readonly code?: string };
}

function command(
  name: string,
  run: (model: Model, real: Real) => Promise<Said | undefined>,
  check: (model: Model) => boolean = () => true,
): Command {
  return {
    check: (model) => !model.gone && check(model),
    toString: () => name,
    run: async (model, real) => {
      const before = await startsOf(real);
      const said = await run(model, real);
      if (said !== undefined) expect(said.outcome).toMatchObject(said.expected);
      await expectSame(model, real);
      const after = await startsOf(real);
      // Whoever reads the registry in the transaction of an event knows what it starts.
      if (before.starts !== after.starts) expect(after.revision).toBeGreaterThan(before.revision);
    },
  };
}

/** What events start, and the revision by which processes see that it has changed. */
async function startsOf({ platform, key }: Real) {
  const { revision } = await platform.db
    .selectFrom('workflow_registry')
    .select('revision')
    .executeTakeFirstOrThrow();
  const workflow = await findWorkflow(platform.db, key.workspaceId, { id: key.workflowId });
  const starts = workflow?.status === 'active' ? workflow.activeVersion : undefined;
  return { revision, starts };
}

async function expectSame(model: Model, { platform, key }: Real): Promise<void> {
  const { db } = platform;
  const workflow = await findWorkflow(db, key.workspaceId, { id: key.workflowId });
  if (model.gone) return expect(workflow).toBeUndefined();
  expect(workflow).toMatchObject({
    status: model.status,
    newestVersion: model.newest,
    activeVersion: model.active,
    hasDraft: !model.published.has(model.newest),
    startAt: model.startAt === undefined ? undefined : new Date(model.startAt),
    stopAt: model.stopAt === undefined ? undefined : new Date(model.stopAt),
  });
  for (const [version, event] of model.events) {
    const stored = await readVersion(db, key.workspaceId, key.workflowId, version);
    expect(stored?.nodes[0]?.settings).toMatchObject({ event });
  }
  expect(await listPublications(db, key, 1_000)).toHaveLength(model.publications);
}

function enter(model: Model, status: WorkflowStatus): void {
  model.status = status;
  if (status === 'active') {
    model.startAt = undefined;
    if (model.stopAt !== undefined && model.stopAt <= model.now) model.stopAt = undefined;
  }
  if (status === 'stopped') [model.startAt, model.stopAt] = [undefined, undefined];
}

function publishInModel(model: Model, version: number): void {
  model.active = version;
  model.published.add(version);
  model.publications++;
  const runs = model.status === 'active' || model.status === 'paused';
  const later = model.startAt !== undefined && model.startAt > model.now;
  enter(model, runs ? model.status : later ? 'pending' : 'active');
}

const save = fc
  .record({ event: fc.constantFrom('a.a', 'b.b', 'c.c'), run: fc.boolean() })
  .map(({ event, run }) =>
    command(`${run ? 'save & run' : 'save'} ${event}`, async (model, { platform, clock, key }) => {
      const outcome = await inTransaction(
        platform.db,
        async (tx) =>
          await saveWorkflow(tx, clock.now(), {
            workspaceId: key.workspaceId,
            id: key.workflowId,
            name: 'Story',
            definition: definition(event),
            run,
          }),
      );
      const same = model.events.get(model.newest) === event;
      if (!same) {
        if (model.published.has(model.newest)) model.newest++;
        model.events.set(model.newest, event);
      }
      const runsAlready =
        ['active', 'paused', 'pending'].includes(model.status) && model.active === model.newest;
      if (run && !runsAlready) publishInModel(model, model.newest);
      return { outcome, expected: { kind: same && (!run || runsAlready) ? 'unchanged' : 'updated' } };
    }),
  );

const publish = fc.nat({ max: 4 }).map((back) =>
  command(`publish ${back} back`, async (model, { platform, clock, key }) => {
    const version = model.newest - back;
    const outcome = await inTransaction(
      platform.db,
      async (tx) =>
        await publishWorkflow(tx, clock.now(), { ...key, version, note: 'n', runsInside: 'finish' }),
    );
    if (version >= 1) publishInModel(model, version);
    return { outcome, expected: { kind: version >= 1 ? 'published' : 'version-missing' } };
  }),
);

const LEADS: Record<Exclude<LifecycleAction, 'publish'>, Partial<Record<WorkflowStatus, WorkflowStatus>>> = {
  start: { pending: 'active', paused: 'active', stopped: 'active', finished: 'active' },
  pause: { active: 'paused' },
  resume: { paused: 'active' },
  stop: { pending: 'stopped', active: 'stopped', paused: 'stopped', finished: 'stopped' },
  finish: { active: 'finished' },
};

const change = fc.constantFrom('start', 'pause', 'resume', 'stop', 'finish').map((action) =>
  command(action, async (model, { platform, clock, key }) => {
    const outcome = await inTransaction(
      platform.db,
      async (tx) => await changeStatus(tx, clock.now(), key, action),
    );
    const next = LEADS[action][model.status];
    const refused = { kind: 'conflict', code: `workflow-is-${model.status}` };
    if (next !== undefined) enter(model, next);
    return { outcome, expected: next === undefined ? refused : { kind: 'changed' } };
  }),
);

const minutes = fc.option(fc.integer({ min: -2, max: 10 }), { nil: undefined });

const schedule = fc.record({ start: minutes, stop: minutes }).map(({ start, stop }) =>
  command(`schedule ${start} ${stop}`, async (model, { platform, clock, key }) => {
    const at = (given: number | undefined) =>
      given === undefined ? undefined : model.now + given * MINUTE_MS;
    const [startAt, stopAt] = [at(start), at(stop)];
    const dateOf = (time: number | undefined) => (time === undefined ? undefined : new Date(time));
    const planned = { startAt: dateOf(startAt), stopAt: dateOf(stopAt) };
    const outcome = await inTransaction(
      platform.db,
      async (tx) => await scheduleWorkflow(tx, clock.now(), key, planned),
    );
    const runs = model.status === 'active' || model.status === 'paused';
    const invalid =
      (startAt !== undefined && startAt <= model.now) ||
      (stopAt !== undefined && stopAt <= (startAt ?? model.now));
    if (invalid) return { outcome, expected: { kind: 'invalid' } };
    if (runs && startAt !== undefined) return { outcome, expected: { kind: 'conflict' } };
    [model.startAt, model.stopAt] = [startAt, stopAt];
    if (model.status === 'pending' && startAt === undefined) model.status = 'stopped';
    else if (['stopped', 'finished'].includes(model.status) && startAt !== undefined)
      model.status = 'pending';
    return { outcome, expected: { kind: 'scheduled' } };
  }),
);

const pass = fc.integer({ min: 1, max: 6 }).map((passed) =>
  command(`${passed} minutes pass`, async (model, { platform, clock }) => {
    clock.advance(passed * MINUTE_MS);
    model.now += passed * MINUTE_MS;
    // Several schedulers at once do no harm.
    await Promise.all([applySchedules(platform), applySchedules(platform), applySchedules(platform)]);
    const waits = model.status === 'pending';
    const runs = waits || model.status === 'active' || model.status === 'paused';
    if (runs && model.stopAt !== undefined && model.stopAt <= model.now) enter(model, 'stopped');
    else if (waits && model.startAt !== undefined && model.startAt <= model.now) enter(model, 'active');
    return undefined;
  }),
);

const remove = fc.constant(
  command(
    'delete',
    async (model, { platform, key }) => {
      const outcome = await inTransaction(platform.db, async (tx) => await deleteWorkflow(tx, key));
      model.gone = model.status === 'draft' || model.status === 'stopped';
      return { outcome, expected: { kind: model.gone ? 'deleted' : 'conflict' } };
    },
    // Most stories are longer.
    ({ publications }) => publications > 2,
  ),
);

describe('any story of a workflow', () => {
  it('leads to the statuses and versions that the lifecycle says, and is seen by the next event', async () => {
    await using database = await testDatabase();
    const stories = fc.assert(
      fc.asyncProperty(
        fc.commands([save, publish, publish, change, change, change, schedule, pass, remove], {
          maxCommands: 25,
          size: '+1',
        }),
        async (commands) => {
          const clock = new TestClock(START);
          const platform = testPlatform(database.db, clock);
          const workspaceId = await testWorkspace(database.db);
          const first = await inTransaction(
            database.db,
            async (tx) =>
              await saveWorkflow(tx, clock.now(), {
                workspaceId,
                name: 'Story',
                definition: definition('a.a'),
                run: false,
              }),
          );
          if (first.kind !== 'created') throw new Error(JSON.stringify(first));
          const model: Model = {
            status: 'draft',
            newest: 1,
            active: undefined,
            events: new Map([[1, 'a.a']]),
            published: new Set(),
            startAt: undefined,
            stopAt: undefined,
            now: Date.parse(START),
            publications: 0,
            gone: false,
          };
          const key = { workspaceId, workflowId: first.workflow.id };
          await fc.asyncModelRun(() => ({ model, real: { platform, clock, key } }), commands);
        },
      ),
      { numRuns: 60 },
    );
    await expect(stories).resolves.toBeUndefined();
  }, 60_000);
});
