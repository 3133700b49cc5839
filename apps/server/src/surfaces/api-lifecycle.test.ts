import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { startApp } from '../app.ts';
import { readConfig } from '../platform/config.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import { createLog } from '../platform/log.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { saveWorkflow } from '../workflows/index.ts';

const API_KEY = 'api-key-of-the-test-0123456789';
const WORKSPACE_GUID = '7f5a2c51-6d0c-4f0e-9d6e-0f6c1b5f3a01';

interface Body {
  readonly workflow?: Readonly<Record<string, unknown>> & { readonly id: string };
  readonly [field: string]: unknown;
}

/** The whole server. */
async function startServer() {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const config = readConfig({ PORT: '0', LAUREL_API_KEY: API_KEY, LAUREL_WORKSPACE_GUID: WORKSPACE_GUID });
  if (config.kind === 'invalid') throw new Error(config.problems.join());
  const outcome = await startApp({
    config: config.config,
    connectionString: database.connectionString,
    masterKey: 'a master key for tests, long enough',
    log: createLog('fatal'),
  });
  if (outcome.kind === 'refused') throw new Error(outcome.message);
  const { app } = outcome;
  stack.defer(async () => await app.stop());
  const authorization = `Basic ${Buffer.from(`${WORKSPACE_GUID}:${API_KEY}`).toString('base64')}`;
  const call = async (method: string, path: string, body?: object, headers: object = { authorization }) => {
    const response = await fetch(`${app.origin}${path}`, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Body };
  };
  return {
    db: database.db,
    call,
    pass: async (email: string) =>
      await call('POST', '/v4/events/custom', {
        client: { email },
        action: 'course.begun',
        label: 'Course begun',
        params: {},
      }),
    make: async (name: string, definition: object = twoSteps(), run = false) => {
      const { status, body } = await call('POST', '/api/workflows', { name, run, definition });
      expect([status, body]).toEqual([200, expect.objectContaining({ outcome: 'created' })]);
      return `/api/workflows/${body.workflow?.id}`;
    },
    stop: async () => await stack.disposeAsync(),
  };
}

const twoSteps = (filter = 'course.done', event = 'course.begun') => ({
  format: '2026-11-24',
  nodes: [
    { id: 'begun', type: 'profile-event', title: 'Begun', settings: { event }, outputs: { next: 'done' } },
    {
      id: 'done',
      type: 'event-filter',
      title: 'Done',
      settings: { event: filter },
      outputs: { matched: 'end' },
    },
    { id: 'end', type: 'end', title: 'End' },
  ],
});

let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => await server.stop());

describe('/api/workflows', () => {
  it('keeps a draft in place, publishes it, and begins the next version behind it', async () => {
    const path = await server.make('Versions');
    const save = async (definition: object, run = false) =>
      await server.call('PUT', path, { name: 'Versions', run, definition });
    expect(await save(twoSteps('course.over'))).toMatchObject({
      body: { workflow: { status: 'draft', newestVersion: 1, hasDraft: true } },
    });
    const published = await server.call('POST', `${path}/publish`, { note: 'the first' });
    expect(published).toMatchObject({
      status: 200,
      body: {
        workflow: { status: 'active', newestVersion: 1, activeVersion: 1, hasDraft: false },
        publication: {
          version: 1,
          note: 'the first',
          runsInside: 'finish',
          moved: 0,
          settledAt: expect.any(String),
        },
      },
    });
    expect(await save(twoSteps('course.passed'))).toMatchObject({
      body: { workflow: { status: 'active', newestVersion: 2, activeVersion: 1, hasDraft: true } },
    });
    expect((await server.call('GET', `${path}/versions`)).body).toMatchObject({
      versions: [
        { version: 2, note: '', active: false, runsInside: 0 },
        { version: 1, note: 'the first', active: true, publishedAt: expect.any(String) },
      ],
      publications: [{ version: 1 }],
    });
    expect((await server.call('GET', `${path}/versions/1`)).body).toMatchObject({
      version: 1,
      definition: { nodes: [{}, { settings: { event: 'course.over' } }, {}] },
    });
    expect((await server.call('GET', `${path}/versions/diff?from=1&to=2`)).body).toEqual({
      settings: [],
      added: [],
      removed: [],
      connections: [],
      changed: [
        {
          nodeId: 'done',
          title: 'Done',
          fields: [{ field: 'settings.event', before: 'course.over', after: 'course.passed' }],
        },
      ],
    });
    const missing = { status: 404, body: { code: 'version-not-found' } };
    expect(await server.call('GET', `${path}/versions/3`)).toMatchObject(missing);
    expect(await server.call('GET', `${path}/versions/diff?from=1&to=3`)).toMatchObject(missing);
    expect(await server.call('GET', `${path}/publish-preview?version=3`)).toMatchObject(missing);
    expect(await server.call('POST', `${path}/publish`, { version: 3 })).toMatchObject(missing);
  });

  it('refuses what has errors, naming them, and lists them without saving', async () => {
    const broken = { ...twoSteps(), nodes: twoSteps().nodes.slice(0, 2) };
    const validated = await server.call('POST', '/api/workflows/validate', { definition: broken });
    expect(validated).toMatchObject({
      status: 200,
      body: {
        issues: expect.arrayContaining([expect.objectContaining({ code: 'unknown-node', nodeId: 'done' })]),
      },
    });
    expect(await server.call('POST', '/api/workflows/validate', { definition: 7 })).toMatchObject({
      body: { issues: [{ severity: 'error' }] },
    });
    const path = await server.make('Broken', broken);
    expect(await server.call('POST', `${path}/publish`, {})).toMatchObject({
      status: 422,
      body: { code: 'workflow-invalid', errors: [{ field: 'done outputs.matched' }] },
    });
    expect((await server.call('GET', path)).body.workflow).toMatchObject({ status: 'draft' });
  });

  it('says who is inside before it publishes, and moves them or stops them', async () => {
    const path = await server.make('Inside', twoSteps(), true);
    for (const name of ['ada', 'grace', 'edsger']) await server.pass(`${name}@example.org`);
    await server.call('PUT', path, { name: 'Inside', definition: twoSteps('course.over') });
    const preview = await server.call('GET', `${path}/publish-preview`);
    expect(preview.body).toEqual({
      version: 2,
      inside: [
        { version: 1, nodeId: 'done', title: 'Done', state: 'waiting', runs: 3, move: 'moves', stops: true },
      ],
      total: { inside: 3, already: 0, moves: 3, stays: 0, stops: 3 },
    });
    expect(await server.call('POST', `${path}/publish`, { runsInside: 'move' })).toMatchObject({
      body: { publication: { moved: 3, stayed: 0 } },
    });
    await server.pass('alan@example.org');
    expect(await server.call('POST', `${path}/publish`, { version: 1, runsInside: 'stop' })).toMatchObject({
      body: { workflow: { activeVersion: 1 }, publication: { stopped: 4, moved: 0 } },
    });
    expect((await server.call('GET', `${path}/publish-preview`)).body).toMatchObject({
      total: { inside: 0 },
    });
    await server.call('POST', `${path}/stop`);
  });

  it('pauses, resumes, stops, starts and deletes, and says what to do where it cannot', async () => {
    const path = await server.make('Lifecycle', twoSteps('course.done', 'lifecycle.begun'));
    const after = async (action: string) => {
      const { status, body } = await server.call('POST', `${path}/${action}`);
      return status === 200 ? body.workflow?.['status'] : `${status} ${String(body['code'])}`;
    };
    expect(await server.call('POST', `${path}/start`)).toMatchObject({
      status: 409,
      body: { code: 'workflow-is-draft', title: 'The workflow is a draft: publish it first.' },
    });
    await server.call('POST', `${path}/publish`, {});
    const story = [
      'start',
      'resume',
      'pause',
      'pause',
      'resume',
      'pause',
      'start',
      'stop',
      'stop',
      'pause',
      'start',
    ];
    const told: unknown[] = [];
    for (const action of story) told.push(await after(action));
    expect(told).toEqual([
      '409 workflow-is-active',
      '409 workflow-is-active',
      'paused',
      '409 workflow-is-paused',
      'active',
      'paused',
      'active',
      'stopped',
      '409 workflow-is-stopped',
      '409 workflow-is-stopped',
      'active',
    ]);
    expect(await server.call('DELETE', path)).toMatchObject({
      status: 409,
      body: { code: 'workflow-is-active', title: 'The workflow is active: stop it before you delete it.' },
    });
    await after('stop');
    expect(await server.call('DELETE', path)).toEqual({ status: 200, body: { deleted: true } });
    expect((await server.call('GET', path)).status).toBe(404);
  });

  it('makes copies, each a draft by a name of its own', async () => {
    const path = await server.make('Copied', twoSteps(), true);
    const names: unknown[] = [];
    for (const body of [{}, {}, { name: 'Mine' }, { name: 'Mine' }]) {
      const copied = await server.call('POST', `${path}/duplicate`, body);
      names.push(copied.body.workflow?.['name'] ?? copied.body['code']);
    }
    expect(names).toEqual(['Copied (copy)', 'Copied (copy 2)', 'Mine', 'name-taken']);
    const all = await server.call('GET', '/api/workflows');
    expect(all.body['workflows']).toContainEqual(
      expect.objectContaining({ name: 'Mine', status: 'draft', newestVersion: 1, hasDraft: true }),
    );
    await server.call('POST', `${path}/stop`);
  });

  it('starts and stops as planned', async () => {
    const path = await server.make('Planned', twoSteps('course.done', 'planned.begun'));
    const plan = async (body: object) => await server.call('PUT', `${path}/schedule`, body);
    expect(await plan({ startAt: '2020-01-01T00:00:00Z' })).toMatchObject({
      status: 422,
      body: { code: 'schedule-invalid', errors: [{ field: 'startAt', message: 'must be in the future' }] },
    });
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    expect(await plan({ startAt: at(10_000), stopAt: at(5_000) })).toMatchObject({
      body: { errors: [{ field: 'stopAt', message: 'must be after startAt' }] },
    });
    const [startAt, stopAt] = [at(1_500), at(4_000)];
    expect(await plan({ startAt, stopAt })).toMatchObject({
      body: { workflow: { status: 'draft', startAt, stopAt } },
    });
    expect((await server.call('POST', `${path}/publish`, {})).body.workflow).toMatchObject({
      status: 'pending',
    });
    const status = async () => (await server.call('GET', path)).body.workflow?.['status'];
    await vi.waitFor(async () => expect(await status()).not.toBe('pending'), 12_000);
    await vi.waitFor(async () => expect(await status()).toBe('stopped'), 15_000);
    expect((await server.call('GET', path)).body.workflow).not.toHaveProperty('stopAt');
  });

  it('is about the workflows of the own workspace only, and for those who have a key', async () => {
    const workspaceId = await testWorkspace(server.db);
    const foreign = await inTransaction(
      server.db,
      async (tx) =>
        await saveWorkflow(tx, new Date(), { workspaceId, name: 'F', run: true, definition: twoSteps() }),
    );
    if (!('workflow' in foreign)) throw new Error(JSON.stringify(foreign));
    const calls: [string, string, object?][] = [
      ['POST', 'publish', {}],
      ['GET', 'publish-preview'],
      ['GET', 'versions'],
      ['GET', 'versions/1'],
      ['GET', 'versions/diff?from=1&to=1'],
      ['POST', 'start'],
      ['POST', 'pause'],
      ['POST', 'resume'],
      ['POST', 'stop'],
      ['PUT', 'schedule', {}],
      ['POST', 'duplicate', {}],
      ['DELETE', ''],
    ];
    for (const id of [foreign.workflow.id, newId()]) {
      for (const [method, path, body] of calls) {
        const url = `/api/workflows/${id}${path === '' ? '' : `/${path}`}`;
        const answer = await server.call(method, url, body);
        expect([url, answer.status, answer.body['code']]).toEqual([url, 404, 'workflow-not-found']);
        expect((await server.call(method, url, body, {})).status).toBe(401);
      }
    }
    const [row] = await server.db
      .selectFrom('workflow')
      .select('status')
      .where('workspace_id', '=', workspaceId)
      .execute();
    expect(row).toEqual({ status: 'active' });
  });
});
